import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import { InputError } from '../input-error.js'

/** How the rows of a file are formatted. */
export interface Dialect {
  readonly delimiter: string
  /** Whether spaces follow each delimiter, as in the header; they belong to no field. */
  readonly isSpaced: boolean
}

const DELIMITERS = [',', ';', '\t', '|']
/** Rows in the sample. */
const ROWS = 100

export interface Sample {
  /** The start of the file, from the header on. */
  readonly text: string
  readonly lineEnds: string[]
  /** Required columns. */
  readonly wanted: readonly string[]
}

/**
 * Detects the separator: the one that gives the wanted columns, else the one that gives every row as many fields as the
 * header.
 *
 * @throws InputError if two separators do
 */
export function dialectOf(sample: Sample, source: string, told?: string): Dialect {
  const delimiter = told ?? recognised(sample, source)
  const [, ...others] = rowsOf(sample, delimiter)[0] ?? []
  return { delimiter, isSpaced: others.length > 0 && others.every((name) => /^[ \t]+[^ \t]/.test(name)) }
}

function recognised(sample: Sample, source: string): string {
  const candidates = DELIMITERS.map((delimiter) => {
    const [header = [], ...rows] = rowsOf(sample, delimiter)
    const names = header.map((name) => name.trim())
    return {
      delimiter,
      columns: header.length,
      hasWanted: sample.wanted.length > 0 && sample.wanted.every((name) => names.includes(name)),
      isEven: rows.every(
        (row) =>
          (row.slice(header.length).every((field) => field === '') && row.length >= header.length) ||
          isBlank(row),
      ),
    }
  }).filter(({ columns }) => columns > 1)
  const byName = candidates.filter(({ hasWanted }) => hasWanted)
  const known = byName.length > 0 ? byName : candidates
  const even = known.filter(({ isEven }) => isEven)
  const [first, second] = even.length > 0 ? even : known.toSorted((a, b) => b.columns - a.columns).slice(0, 1)
  if (first && second) {
    const names = even.map(({ delimiter }) => nameOf(delimiter)).join(' or ')
    throw new InputError({ source }, `may be separated by ${names}; say which (--delimiter)`)
  }
  return first?.delimiter ?? ','
}

/** The first rows, as far as they can be read. */
function rowsOf({ text, lineEnds }: Sample, delimiter: string): string[][] {
  const rows: string[][] = []
  try {
    parse(text, {
      delimiter,
      record_delimiter: lineEnds,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      to: ROWS,
      on_record: (row: string[]) => {
        rows.push(row)
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
  }
  return rows
}

export function isBlank(row: readonly string[]): boolean {
  return row.every((field) => field.trim() === '')
}

/** The name of a separator in messages. */
export function nameOf(delimiter: string): string {
  return delimiter === '\t' ? 'a tab' : JSON.stringify(delimiter)
}

/** The separator that an option names: itself, or `tab`. */
export function delimiterTold(told: string | undefined): string | undefined {
  return told === 'tab' || told === '\\t' ? '\t' : told
}
