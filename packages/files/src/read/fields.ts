import type { InputError } from '../input-error.js'

/** The fields of one line, row or passage, and its place in the input. */
export interface Fields {
  readonly values: Readonly<Record<string, unknown>>
  /** The line, or the row of Parquet, from 1. */
  readonly line: number
  /** An error about this place. */
  refuse(problem: string, cause?: unknown): InputError
  /** Why this is not a record, if the input can still be read further. */
  readonly problem?: InputError | undefined
}
