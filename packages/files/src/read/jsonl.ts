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
    yield { values: objectIn(text, refuse), refuse }
  }
}

/** JSONL where the first line begins with a brace, as that of an object does; else every line is a `text`. */
export async function* readJsonlOrText(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Fields, void> {
  let isJsonl: boolean | undefined
  for await (const { line, text } of linesOf(chunks, source)) {
    if (text.trim() === '') continue
    const refuse = (problem: string, cause?: unknown) => new InputError({ source, line }, problem, cause)
    isJsonl ??= text.trimStart().startsWith('{')
    yield { values: isJsonl ? objectIn(text, refuse) : { text }, refuse }
  }
}

function objectIn(
  text: string,
  refuse: (problem: string, cause?: unknown) => InputError,
): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refuse(`is no JSON: ${cause instanceof Error ? cause.message : cause}`, cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse('is no JSON object; each line is one, such as {"id": "a", "text": "…"}')
  }
  return value as Record<string, unknown>
}
