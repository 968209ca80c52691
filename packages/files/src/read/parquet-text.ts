const decoder = new TextDecoder('utf-8', { fatal: true })

/** Leaves bytes that are not UTF-8 as bytes, where hyparquet itself would put U+FFFD into a text. */
export function textOrBytes(bytes: Uint8Array | undefined): string | Uint8Array | undefined {
  try {
    return bytes && decoder.decode(bytes)
  } catch {
    return bytes
  }
}

/**
 * How hyparquet reads texts, dates and times. Dates, and times finer than a millisecond, which a Date cannot hold, become ISO
 * 8601 in the precision of their column; those outside the range of a Date become an invalid Date.
 */
export const parsers = {
  stringFromBytes: textOrBytes,
  dateFromDays: isoDate,
  timestampFromMicroseconds: (micros: bigint) => isoTime(micros, 1_000_000n),
  timestampFromNanoseconds: (nanos: bigint) =>
    nanos < EARLIEST ? new Date(Number.NaN) : isoTime(nanos, 1_000_000_000n),
}

/**
 * In 4128 BC: what is earlier is a time in 96 bits with a negative time of day, of which hyparquet loses the day (1.31.5,
 * readPlainInt96 in src/plain.js). Spark writes it where its microseconds overflow.
 */
const EARLIEST = 2n ** 64n - 2_440_589n * 86_400_000_000_000n

function isoDate(days: number | undefined): Date | string | undefined {
  if (days === undefined || days === null) return undefined
  const date = new Date(days * 86_400_000)
  return Number.isNaN(date.getTime()) ? date : date.toISOString().replace(/T.*/, '')
}

function isoTime(time: bigint, perSecond: bigint): Date | string | undefined {
  if (time === undefined || time === null) return undefined
  const fraction = ((time % perSecond) + perSecond) % perSecond
  const seconds = (time - fraction) / perSecond
  const date = new Date(Number(seconds) * 1000)
  if (Number.isNaN(date.getTime())) return date
  const digits = String(fraction).padStart(String(perSecond).length - 1, '0')
  return date.toISOString().replace('000Z', `${digits}Z`)
}
