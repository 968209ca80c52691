import type { SchemaElement } from 'hyparquet'

/**
 * A column's values in one row group. The levels say where rows and lists begin and what is missing, as in the Dremel
 * paper: https://parquet.apache.org/docs/file-format/nestedencoding/
 */
export interface ColumnData {
  /** Null or undefined for missing values. */
  readonly values: Float32Array | (number | null)[] | (string | undefined)[]
  readonly definitionLevels: Uint8Array
  readonly repetitionLevels: Uint8Array
  /** The definition level of a present value. */
  readonly maxDefinitionLevel: number
}

const NONE = new Uint8Array()

/** Texts, none of them missing. */
export function texts(values: string[]): ColumnData {
  return { values, definitionLevels: NONE, repetitionLevels: NONE, maxDefinitionLevel: 0 }
}

export function optionalTexts(values: (string | undefined)[]): ColumnData {
  const definitionLevels = Uint8Array.from(values, (value) => (value === undefined ? 0 : 1))
  return { values, definitionLevels, repetitionLevels: NONE, maxDefinitionLevel: 1 }
}

/** Lists of numbers, none of them missing. A list itself may be missing, or empty. */
export function lists(rows: (ArrayLike<number> | undefined)[], path: readonly SchemaElement[]): ColumnData {
  const there = path.filter(({ repetition_type }) => repetition_type !== 'REQUIRED').length
  const slots = rows.reduce((sum, row) => sum + (row?.length || 1), 0)
  const definitionLevels = new Uint8Array(slots).fill(there)
  const repetitionLevels = new Uint8Array(slots).fill(1)
  const hasGaps = rows.some((row) => !row?.length)
  const isFloat = path.at(-1)?.type === 'FLOAT'
  const values = isFloat && !hasGaps ? new Float32Array(slots) : new Array<number | null>(slots).fill(null)
  let at = 0
  for (const row of rows) {
    repetitionLevels[at] = 0
    if (row?.length) {
      if (values instanceof Float32Array) values.set(row, at)
      else for (let i = 0; i < row.length; i++) values[at + i] = row[i] ?? null
      at += row.length
    } else {
      // An empty list lacks the levels of its list and its element.
      definitionLevels[at++] = row ? there - 2 : 0
    }
  }
  return { values, definitionLevels, repetitionLevels, maxDefinitionLevel: there }
}
