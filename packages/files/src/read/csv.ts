import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { InputError } from '../input-error.js'
import { LARGEST_RECORD } from './bytes.js'
import { delimiterTold, dialectOf, isBlank } from './csv-dialect.js'
import { csvProblem, raggedRow } from './csv-problem.js'
import { notUtf8 } from './encoding.js'
import type { Fields } from './fields.js'

export interface CsvOptions {
  /** Default: detected. */
  readonly delimiter?: string | undefined
  /** Required columns, each once. */
  readonly required?: readonly string[] | undefined
  /** Optional columns, each at most once. */
  readonly optional?: 'all' | readonly string[] | undefined
}

/** Characters in the sample from which the separator is detected. */
const SAMPLE = 65_536
/** End of file in CP/M and MS-DOS, which some programs still write. */
const CTRL_Z = '\x1a'
/** What may be left at the end of a file and is no part of a field; the CR is of a cut CRLF. */
const END = new RegExp(`\\r?${CTRL_Z}?$`)

/**
 * Rows under a header (RFC 4180, with any separator); blank rows are skipped. Every value is a string. A column without a
 * name gets one, such as `column 3`; the second column of a name becomes `name.2`.
 */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  { delimiter: told, required = [], optional = [] }: CsvOptions = {},
): AsyncGenerator<Fields, void> {
  const decoder = decoded(chunks, source)
  const start = await startOf(decoder)
  const [, separatorLine = '', separator] = /^("?sep=(.)"?(?:\r\n|\n|\r))/i.exec(start) ?? []
  const text = start.slice(separatorLine.length)
  const linesBefore = separatorLine === '' ? 0 : 1
  const lineEnds = lineEndsOf(text)
  const { delimiter, isSpaced } = dialectOf(
    { text, lineEnds, wanted: required },
    source,
    delimiterTold(told) ?? separator,
  )
  const readable = Readable.from(concatenated(text, decoder))
  /** csv-parse counts a CRLF inside quotes as two lines, and any other CR as one. */
  const notALine = lineEnds.includes('\r') ? '\r\n' : '\r'
  let countedTwice = 0
  let lastLine = 1
  const lineOf = (counted: number) => counted - countedTwice + linesBefore
  const parser = parse({
    delimiter,
    ltrim: isSpaced,
    // With tabs, quotes are ordinary characters: IANA, text/tab-separated-values.
    relax_quotes: delimiter === '\t',
    raw: delimiter === '\t',
    on_record: (row: string[] | { record: string[]; raw: string }, { lines }) => {
      const { record: fields, raw } = Array.isArray(row) ? { record: row, raw: '' } : row
      for (const value of fields) countedTwice += value.split(notALine).length - 1
      lastLine = lineOf(lines)
      return [String(lastLine), raw, ...fields]
    },
    max_record_size: LARGEST_RECORD,
    record_delimiter: lineEnds,
    relax_column_count: true,
    skip_empty_lines: true,
  })
  readable.on('error', (error) => parser.destroy(error))
  let names: string[] | undefined
  try {
    for await (const [at, raw = '', ...fields] of readable.pipe(parser) as AsyncIterable<string[]>) {
      const line = Number(at)
      const refuse = (problem: string, cause?: unknown) => new InputError({ source, line }, problem, cause)
      if (!names) {
        names = columnNames(fields, [...required, ...(optional === 'all' ? [] : optional)], refuse)
        continue
      }
      if (isBlank(fields)) continue
      const isRagged = fields.length < names.length || !isBlank(fields.slice(names.length))
      const problem = isRagged ? refuse(raggedRow(fields, names.length, delimiter)) : undefined
      if (isDoubtful(fields, raw, names.length)) {
        throw refuse(
          'has a quoted field with tabs and line breaks in it; is a quote unclosed, or meant literally?',
        )
      }
      yield { values: valuesOf(names, fields), line, refuse, problem }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    // Detected far behind the row at fault, which follows the last good one.
    const isFoundLate = error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
    const line = isFoundLate ? lastLine + 1 : lineOf(Number(error.lines))
    throw new InputError({ source, line }, csvProblem(error, delimiter), error)
  } finally {
    readable.destroy()
  }
}

function valuesOf(names: readonly string[], fields: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [i, name] of names.entries()) {
    const field = fields[i]
    if (field !== undefined) values[name] = field
  }
  return values
}

async function* decoded(chunks: AsyncIterable<Uint8Array>, source: string): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let last: Uint8Array = new Uint8Array()
  let held = ''
  try {
    for await (const chunk of chunks) {
      last = chunk
      const text = held + decoder.decode(chunk, { stream: true })
      held = END.exec(text)?.[0] ?? ''
      yield text.slice(0, text.length - held.length)
    }
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw await notUtf8({ source }, last, error)
  }
}

async function startOf(texts: AsyncIterator<string>): Promise<string> {
  let start = ''
  while (start.length < SAMPLE) {
    const { done, value } = await texts.next()
    if (done) break
    start += value
  }
  return start
}

async function* concatenated(start: string, rest: AsyncIterable<string>): AsyncGenerator<string, void> {
  yield start
  yield* rest
}

/** A lone CR ends lines if it ends the first one, as on old Macs; otherwise it is part of a field. */
function lineEndsOf(start: string): string[] {
  const isOldMac = /^(?:"[^"]*"|[^"\r\n])*\r(?!\n|$)/.test(start)
  return isOldMac ? ['\r\n', '\n', '\r'] : ['\r\n', '\n']
}

function columnNames(
  header: readonly string[],
  wanted: readonly string[],
  refuse: (problem: string) => InputError,
): string[] {
  const names = header.map((name) => name.trim())
  const twice = names.find((name, i) => names.indexOf(name) !== i && wanted.includes(name))
  if (twice !== undefined) throw refuse(`two columns are called ${JSON.stringify(twice)}`)
  if (names.includes('__proto__')) {
    throw refuse('a column is called "__proto__", which cannot be read; rename it')
  }
  const taken = new Set(names)
  const seen = new Set<string>()
  return names.map((name, i) => {
    const unique =
      name === '' ? freeName(`column ${i + 1}`, taken) : seen.has(name) ? freeName(name, taken) : name
    taken.add(unique)
    seen.add(unique)
    return unique
  })
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (name.startsWith('column ') && !taken.has(name)) return name
  for (let n = 2; ; n++) if (!taken.has(`${name}.${n}`)) return `${name}.${n}`
}

/**
 * Whether a row with tabs and line breaks between quotes may be several rows whose quotes are ordinary characters, as in
 * IANA's text/tab-separated-values: every line has as many fields as the header, or the quotes are not in pairs.
 */
function isDoubtful(fields: readonly string[], raw: string, columns: number): boolean {
  if (raw === '' || !fields.some((field) => field.includes('\t') && /[\r\n]/.test(field))) return false
  const row = raw.replace(/^[\r\n]+|[\r\n]+$/g, '')
  if (row.split(/\r\n|\n|\r/).every((line) => line.split('\t').length === columns)) return true
  const outside = row.replaceAll('""', '').split('"')
  const last = outside.length - 1
  const areInPairs =
    last % 2 === 0 &&
    outside.every(
      (text, i) =>
        i % 2 === 1 ||
        ((i === 0 || text.startsWith('\t') || (i === last && text === '')) &&
          (i === last || text.endsWith('\t') || (i === 0 && text === ''))),
    )
  return !areInPairs
}
