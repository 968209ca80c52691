/** A value as a program would write it, so that the text `"8"` is not taken for the number 8. */
export function asWritten(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
