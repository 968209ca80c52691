import { Readable } from 'node:stream'
import { type CsvError, parse } from 'csv-parse'
import { InputError } from '../input-error.js'
import type { Fields } from './fields.js'

interface Row {
  record: Record<string, string>
  info: { lines: number }
}

/** Comma-separated rows under a header (RFC 4180); empty lines are passed over. Every value is a string. */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Fields, void> {
  const text = Readable.from(decoded(chunks, source))
  const parser = parse({ bom: true, columns: uniqueNames(source), info: true, skip_empty_lines: true })
  text.on('error', (error) => parser.destroy(error))
  try {
    for await (const { record, info } of text.pipe(parser) as AsyncIterable<Row>) {
      yield {
        values: record,
        refuse: (problem) => new InputError({ source, line: info.lines }, problem),
      }
    }
  } catch (error) {
    throw isCsvError(error) ? new InputError({ source }, error.message, error) : error
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

function uniqueNames(source: string) {
  return (header: string[]) => {
    const twice = header.find((name, i) => header.indexOf(name) !== i)
    if (twice !== undefined) {
      throw new InputError({ source, line: 1 }, `two columns are called ${JSON.stringify(twice)}`)
    }
    return header
  }
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')
}
