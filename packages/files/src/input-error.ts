/** An input that cannot be read as records; the message names the file, and the line or row if known. */
export class InputError extends Error {
  override name = 'InputError'

  /** The file or folder, or `standard input`. */
  readonly source: string
  /** The line, or the row of a Parquet file, counted from 1. */
  readonly line: number | undefined

  constructor(
    place: { source: string; line?: number | undefined; unit?: 'line' | 'row' | undefined },
    problem: string,
    cause?: unknown,
  ) {
    const { source, line, unit = 'line' } = place
    super(`${source}${line === undefined ? '' : `, ${unit} ${line}`}: ${problem}`, { cause })
    this.source = source
    this.line = line
  }
}

/** An input without a single record or document. */
export class NoRecordsError extends InputError {
  override name = 'NoRecordsError'
}
