/** An index that cannot be written to, or does not fit; the message says what to do. */
export class IndexError extends Error {
  override name = 'IndexError'
  /** Whether the same may work later. */
  readonly passes: boolean

  constructor(message: string, { passes = false, cause }: { passes?: boolean; cause?: unknown } = {}) {
    super(message, { cause })
    this.passes = passes
  }
}
