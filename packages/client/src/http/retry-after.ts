/**
 * The three forms of an HTTP date, all in GMT (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94
 * 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
 */
const HTTP_DATE =
  /^(?:[a-z]{3,9}, \d{1,2}[ -][a-z]{3}[ -]\d{2,4} \d\d:\d\d:\d\d GMT|[a-z]{3} [a-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4})$/i

/** Milliseconds. A `Date` that differs by more is from a cached answer or a test. */
const MAX_CLOCK_SKEW = 24 * 60 * 60 * 1000

/** Seconds since 1970, as some gateways send them, up to 2286. As a delay they would mean 31 years or more. */
const EPOCH_SECONDS = /^\d{10}(\.\d+)?$/

/**
 * Milliseconds to wait according to a `Retry-After` header: seconds, an HTTP date (RFC 9110, 10.2.3), or seconds since
 * 1970; 0 for a time in the past. `undefined` if it is none of these.
 *
 * @param date the `Date` header of the same answer: dates are compared with the service's clock, because ours may be
 * minutes off
 * @param now our own clock, for an answer without `Date`
 */
export function parseRetryAfter(
  header: string | undefined,
  date: string | undefined,
  now: number,
): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,12}(\.\d+)?$/.test(text) && !EPOCH_SECONDS.test(text)) return Math.ceil(Number(text) * 1000)
  const until = EPOCH_SECONDS.test(text) ? Number(text) * 1000 : parseHttpDate(text)
  if (until === undefined) return undefined
  const theirs = parseHttpDate(date?.trim() ?? '') ?? now
  return Math.max(0, until - (Math.abs(theirs - now) < MAX_CLOCK_SKEW ? theirs : now))
}

function parseHttpDate(text: string): number | undefined {
  if (!HTTP_DATE.test(text)) return undefined
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(time) ? undefined : time
}
