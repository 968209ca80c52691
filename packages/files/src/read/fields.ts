import type { InputError } from '../input-error.js'

/** The fields of one line, row or passage, and where it stands. */
export interface Fields {
  readonly values: Readonly<Record<string, unknown>>
  /** The line, or the row of Parquet, from 1. */
  readonly line: number
  /** An error about this place. */
  refuse(problem: string, cause?: unknown): InputError
  /** Why it is no record, where it is none but what follows can be read. */
  readonly problem?: InputError | undefined
}
