import { bytesOf, nameOf, peek } from './bytes.js'
import { utf8 } from './encoding.js'
import type { Fields } from './fields.js'
import { fieldsOf, type SourceOptions, sourcesOf } from './fields-of.js'
import { readJsonl, readLines } from './jsonl.js'

/**
 * The documents of files and folders with all their fields, for a reranker. Reads the same inputs as `readRecords`, but
 * needs no ids. The standard input (`-`) may also be plain text, a document per line.
 *
 * @throws InputError for an input that cannot be read, naming file and line
 * @example
 * ```ts
 * for await (const { values, refuse } of readDocuments(['hits.jsonl'])) {
 *   if (typeof values.text !== 'string') throw refuse('has no "text"')
 * }
 * ```
 */
export async function* readDocuments(
  inputs: string | readonly string[],
  options: SourceOptions = {},
): AsyncGenerator<Fields, void> {
  for (const source of await sourcesOf(inputs, options)) {
    const fields =
      source.format === 'unnamed' ? jsonOrLines(source.input, options) : fieldsOf(source, options)
    for await (const document of fields) {
      if (document.problem) throw document.problem
      yield document
    }
  }
}

/** JSON if the input begins like an object or an array; otherwise every line is a `text`. */
async function* jsonOrLines(input: string, { encoding }: SourceOptions): AsyncGenerator<Fields, void> {
  const source = nameOf(input)
  const { start, all } = await peek(utf8(bytesOf(input), source, encoding), 64)
  const isJson = /^[\s\uFEFF]*[{[]/.test(start.toString('utf8'))
  yield* isJson ? readJsonl(all, source) : readLines(all, source)
}
