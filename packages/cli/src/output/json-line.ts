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
