/** A run cannot go on, or was begun in a way that cannot work; the message says what to do. */
export class RunError extends Error {
  override name = 'RunError'
}
