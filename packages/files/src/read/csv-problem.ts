import type { CsvError } from 'csv-parse'
import { LARGEST_RECORD } from './bytes.js'
import { nameOf } from './csv-dialect.js'

const QUOTES = 'a field that contains quotes must be quoted, with each of them doubled: "a ""quoted"" b"'

/** What is wrong with the file, and what to do. */
export function csvProblem(error: CsvError, delimiter: string): string {
  switch (error.code) {
    case 'INVALID_OPENING_QUOTE':
      return `has a quote inside a field that does not begin with one; ${QUOTES}`
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `has more after a closing quote than ${separator(delimiter)}; ${QUOTES}`
    case 'CSV_QUOTE_NOT_CLOSED':
      return `has a quote that is never closed; ${QUOTES}`
    case 'CSV_MAX_RECORD_SIZE':
      return `has a row longer than ${LARGEST_RECORD} bytes; is a quote not closed? ${QUOTES}`
    default:
      return error.message
  }
}

/** What is wrong with a row that has more or fewer fields than the header. */
export function raggedRow(row: readonly string[], columns: number, delimiter: string): string {
  const fields = row.length === 1 ? '1 field' : `${row.length} fields`
  const advice =
    row.length < columns
      ? `fields are separated by ${nameOf(delimiter)}`
      : `a field with ${separator(delimiter)} or a line break must be quoted`
  return `has ${fields}, and the header ${columns}; ${advice}`
}

function separator(delimiter: string): string {
  return { ',': 'a comma', ';': 'a semicolon', '\t': 'a tab' }[delimiter] ?? nameOf(delimiter)
}
