/** A value as a line of JSON. Whole numbers of Parquet that JSON’s cannot hold become strings. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? whole(item) : item))}\n`
}

function whole(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}
