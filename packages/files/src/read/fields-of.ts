import { InputError } from '../input-error.js'
import type { PassageOptions } from '../passages/split-into-passages.js'
import { bytesOf, nameOf, spooled } from './bytes.js'
import { posix, readFolder, type SkippedFile } from './documents/folder.js'
import { readDocument } from './documents/read-document.js'
import { utf8 } from './encoding.js'
import type { Fields } from './fields.js'
import {
  comesOnce,
  hasNoName,
  type InputFormat,
  inputFormat,
  isDocument,
  isStandardInput,
} from './input-format.js'
import { readJson, readJsonl, readLines } from './jsonl.js'
import { type Columns, readParquet } from './parquet.js'

/** How inputs are read. */
export interface SourceOptions {
  /** The format of the inputs, except folders. Default: by file extension. */
  readonly format?: Exclude<InputFormat, 'folder'> | undefined
  /** The separator in CSV, `tab` for tabs. Default: detected; a tab in `.tsv`. */
  readonly delimiter?: string | undefined
  /**
   * The encoding of texts, as https://encoding.spec.whatwg.org names it: `windows-1252`, `shift_jis`. Default: UTF-8, or
   * UTF-16 if detected.
   */
  readonly encoding?: string | undefined
  /**
   * The name that inputs without one, the standard input and pipes such as `/dev/fd/63`, have in ids; the second of them gets
   * `-2` after it. Default `stdin`.
   */
  readonly inputName?: string | undefined
  /** How documents are split into passages. If given, the texts of records are split, too. */
  readonly passages?: PassageOptions | undefined
  /** Called with each file in a folder that is not read. */
  readonly onSkippedFile?: ((file: SkippedFile) => void) | undefined
  /** Called with the start of the ids that a document without text would have, such as `guide/intro.md`. */
  readonly onEmptyDocument?: ((name: string) => void) | undefined
}

/** One of the inputs. */
export interface Source {
  readonly input: string
  /** `unnamed` is read as JSON. */
  readonly format: InputFormat | 'unnamed'
  /** The name in the ids of passages and lines. */
  readonly name: string
}

/**
 * The inputs with their names. A file is named by its file name, and a folder's documents by their paths inside it. Among
 * several inputs the names are the paths as given, so that `a/README.md` and `b/README.md` differ.
 *
 * @throws InputError if the standard input is given twice
 */
export async function sourcesOf(
  inputs: string | readonly string[],
  { format, inputName = 'stdin' }: Pick<SourceOptions, 'format' | 'inputName'>,
): Promise<Source[]> {
  const given = typeof inputs === 'string' ? [inputs] : inputs
  if (given.filter(isStandardInput).length > 1) {
    throw new InputError({ source: 'standard input' }, 'is given twice; it can be read only once')
  }
  const sources = []
  for (const input of given) sources.push({ input, format: await inputFormat(input, format) })
  const areSeveral = sources.filter(isOfDocuments).length > 1
  const unnamed = given.filter(hasNoName)
  return sources.map((source) => {
    const number = unnamed.indexOf(source.input) + 1
    const name = number > 1 ? `${inputName}-${number}` : number === 1 ? inputName : nameIn(source, areSeveral)
    return { ...source, name }
  })
}

/** Whether an input is a document, or a folder of them. */
export function isOfDocuments({ format }: Pick<Source, 'format'>): boolean {
  return format === 'folder' || (format !== 'unnamed' && isDocument(format))
}

function nameIn({ input, format }: Omit<Source, 'name'>, isOneOfMany: boolean): string {
  const path = posix(input).replace(/^(?:\.\/+)+/, '')
  if (format === 'folder') return isOneOfMany ? path.replace(/\/*$/, '/') : ''
  return isOneOfMany ? path : (path.split('/').at(-1) ?? path)
}

/** The lines, rows or passages of one input. Of a table, only the given columns need to be read. */
export async function* fieldsOf(
  { input, format, name }: Source,
  { delimiter, encoding, passages, onSkippedFile, onEmptyDocument }: SourceOptions,
  columns?: Columns,
): AsyncGenerator<Fields, void> {
  const source = nameOf(input)
  const text = () => utf8(bytesOf(input), source, encoding)
  switch (format) {
    case 'unnamed':
      yield* readJsonl(text(), source, { isGuess: true })
      return
    case 'jsonl':
      yield* readJsonl(text(), source)
      return
    case 'json':
      yield* readJson(text(), source)
      return
    case 'lines':
      yield* readLines(text(), source)
      return
    case 'csv':
    case 'tsv': {
      const { readCsv } = await import('./csv.js')
      yield* readCsv(text(), source, {
        delimiter: delimiter ?? (format === 'tsv' ? 'tab' : undefined),
        ...columns,
      })
      return
    }
    case 'parquet':
      yield* readTable(input, columns)
      return
    case 'folder':
      yield* readFolder(input, { prefix: name, encoding, passages, onSkippedFile, onEmptyDocument })
      return
    default:
      yield* readDocument(bytesOf(input), source, { format, name, encoding, passages, onEmptyDocument })
  }
}

/** Parquet is read from its end, so a compressed file or a pipe is copied to a temporary file first. */
async function* readTable(input: string, columns?: Columns): AsyncGenerator<Fields, void> {
  if (!comesOnce(input) && !/\.(?:gz|zst)$/i.test(input)) {
    yield* readParquet(input, input, columns)
    return
  }
  await using file = await spooled(bytesOf(input))
  yield* readParquet(file.path, nameOf(input), columns)
}
