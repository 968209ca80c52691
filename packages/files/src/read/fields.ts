import type { InputError } from '../input-error.js'

/** The fields of one line, row or passage, and where it stands. */
export interface Fields {
  readonly values: Readonly<Record<string, unknown>>
  /** An error about this place. */
  refuse(problem: string): InputError
}
