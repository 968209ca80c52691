import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { InputError } from '../input-error.js'
import { csvProblem } from './csv-problem.js'
import type { Fields } from './fields.js'
import { LARGEST_RECORD } from './largest-record.js'

interface Row {
  values: Record<string, string>
  line: number
}

/** Comma-separated rows under a header (RFC 4180); empty lines are passed over. Every value is a string. */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Fields, void> {
  const decoder = decoded(chunks, source)
  const { value: start } = await decoder.next()
  const text = Readable.from(concatenated(start ?? '', decoder))
  let columns = 0
  /** csv-parse counts a CRLF inside quotes as two lines. */
  let countedTwice = 0
  let lastLine = 1
  const parser = parse<Row, Record<string, string>>({
    bom: true,
    columns: (header: string[]) => {
      columns = header.length
      return uniqueNames(header, source)
    },
    on_record: (values, { lines }) => {
      for (const value of Object.values(values)) countedTwice += value.split('\r\n').length - 1
      lastLine = lines - countedTwice
      return { values, line: lastLine }
    },
    max_record_size: LARGEST_RECORD,
    record_delimiter: lineEnds(start ?? ''),
    skip_empty_lines: true,
  })
  text.on('error', (error) => parser.destroy(error))
  try {
    for await (const { values, line } of text.pipe(parser) as AsyncIterable<Row>) {
      yield { values, refuse: (problem) => new InputError({ source, line }, problem) }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    // found out far behind the line where it is, which is the one after the last good row
    const isFoundLate = error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
    const line = isFoundLate ? lastLine + 1 : Number(error.lines) - countedTwice
    throw new InputError({ source, line }, csvProblem(error, columns), error)
  } finally {
    text.destroy()
  }
}

async function* decoded(chunks: AsyncIterable<Uint8Array>, source: string): AsyncGenerator<string, void> {
  // csv-parse takes the byte order mark away
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new InputError({ source }, 'is not UTF-8; save it as "CSV UTF-8"', error)
  }
}

async function* concatenated(start: string, rest: AsyncIterable<string>): AsyncGenerator<string, void> {
  yield start
  yield* rest
}

/** CR alone ends lines where it ends the first, as on old Macs; elsewhere it is part of a text, without quotes too. */
function lineEnds(start: string): string[] {
  const isOldMac = /^(?:"[^"]*"|[^"\r\n])*\r(?!\n|$)/.test(start)
  return isOldMac ? ['\r\n', '\n', '\r'] : ['\r\n', '\n']
}

function uniqueNames(header: string[], source: string): string[] {
  const twice = header.find((name, i) => header.indexOf(name) !== i)
  if (twice !== undefined) {
    throw new InputError({ source, line: 1 }, `two columns are called ${JSON.stringify(twice)}`)
  }
  // csv-parse sets each field on an object, which takes this one for its prototype
  if (header.includes('__proto__')) {
    throw new InputError(
      { source, line: 1 },
      'a column is called "__proto__", which cannot be read; rename it',
    )
  }
  return header
}
