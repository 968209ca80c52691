import { InputError } from '../input-error.js'
import type { Fields } from './fields.js'
import { linesOf } from './lines.js'

/** One JSON object a line; empty lines are passed over. */
export async function* readJsonl(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Fields, void> {
  for await (const { line, text } of linesOf(chunks, source)) {
    if (text.trim() === '') continue
    const refuse = (problem: string, cause?: unknown) => new InputError({ source, line }, problem, cause)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (cause) {
      throw refuse(`is no JSON: ${cause instanceof Error ? cause.message : cause}`, cause)
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw refuse('is no JSON object; each line is one, such as {"id": "a", "text": "…"}')
    }
    yield { values: value as Record<string, unknown>, refuse }
  }
}
