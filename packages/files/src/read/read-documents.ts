import type { Fields } from './fields.js'
import { fieldsOf } from './fields-of.js'
import { inputFormat } from './input-format.js'
import { readJsonlOrText } from './jsonl.js'

/**
 * The documents of files and folders with all their fields, as a reranker takes them: what `readRecords` reads, but
 * without ids that must be there. The standard input (`-`) may also be plain text, a document a line.
 *
 * @throws InputError for what cannot be read, naming file and line
 * @example
 * ```ts
 * for await (const { values, refuse } of readDocuments(['hits.jsonl'])) {
 *   if (typeof values.text !== 'string') throw refuse('has no "text"')
 * }
 * ```
 */
export async function* readDocuments(inputs: string | readonly string[]): AsyncGenerator<Fields, void> {
  for (const input of typeof inputs === 'string' ? [inputs] : inputs) {
    const format = await inputFormat(input)
    yield* input === '-' ? readJsonlOrText(process.stdin, 'standard input') : fieldsOf(input, format)
  }
}
