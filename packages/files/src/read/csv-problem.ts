import type { CsvError } from 'csv-parse'
import { LARGEST_RECORD } from './largest-record.js'

const QUOTES = 'a field with quotes is written in quotes, and each quote in it twice: "a ""quoted"" b"'

/** What is wrong with a row, and what to do. */
export function csvProblem(error: CsvError, columns: number): string {
  switch (error.code) {
    case 'INVALID_OPENING_QUOTE':
      return `has a quote inside a field that does not begin with one; ${QUOTES}`
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `has more behind a closing quote than a comma; ${QUOTES}`
    case 'CSV_QUOTE_NOT_CLOSED':
      return `has a quote that is not closed up to the end of the file; ${QUOTES}`
    case 'CSV_MAX_RECORD_SIZE':
      return `has a row longer than ${LARGEST_RECORD} bytes; is a quote not closed? ${QUOTES}`
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return `has ${fieldsOf(error)}, and the header ${columns}; a field with a comma or a line break is written in quotes`
    default:
      return error.message
  }
}

function fieldsOf({ record }: CsvError): string {
  const count = Array.isArray(record) ? record.length : 0
  return count === 1 ? '1 field' : `${count} fields`
}
