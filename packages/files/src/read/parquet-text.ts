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
 * How hyparquet reads texts and times. Times finer than a millisecond, which a Date cannot hold, become ISO 8601 in the
 * precision of their column; times outside the range of a Date become an invalid Date.
 */
export const parsers = {
  stringFromBytes: textOrBytes,
  timestampFromMicroseconds: (micros: bigint) => isoTime(micros, 1_000_000n),
  timestampFromNanoseconds: (nanos: bigint) => isoTime(nanos, 1_000_000_000n),
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
