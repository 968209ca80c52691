/** An output that cannot be written, or gone on with; the message says what to do. */
export class OutputError extends Error {
  override name = 'OutputError'
}
