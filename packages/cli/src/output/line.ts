/**
 * A value as a line of JSON. Integers from Parquet that a JSON number cannot hold become strings, and binary values become
 * base64.
 */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, (_, item) => jsonOf(item))}\n`
}

function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return whole(value)
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}

function whole(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}

/** Text from elsewhere as one line, without the control characters that would steer a terminal. */
export function printable(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(/\p{C}/gu, '?').trim()
}

/** Writes a line to the standard error, made `printable`. */
export function sayLine(line: string): void {
  process.stderr.write(`${printable(line)}\n`)
}
