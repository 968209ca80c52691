export const NO_JSON = 'cannot be sent as JSON: it is or holds a BigInt, or holds itself'

/** Whether `JSON.stringify` takes it; it throws for nothing but objects and BigInts. */
export function isJson(value: unknown): boolean {
  if (typeof value !== 'object' && typeof value !== 'bigint') return true
  try {
    JSON.stringify(value)
    return true
  } catch {
    return false
  }
}
