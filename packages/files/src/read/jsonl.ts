import { InputError } from '../input-error.js'
import { peek } from './bytes.js'
import type { Fields } from './fields.js'
import { losslessly } from './json-numbers.js'
import { jsonValuesOf } from './json-values.js'
import { linesOf } from './lines.js'

type Chunks = AsyncIterable<Uint8Array>

/**
 * A JSON object per line, skipping empty lines; or, if the input begins with a bracket, the items of an array.
 *
 * @throws InputError if `isGuess`, and the input begins like neither an object nor an array
 */
export async function* readJsonl(
  chunks: Chunks,
  source: string,
  { isGuess = false }: { isGuess?: boolean } = {},
): AsyncGenerator<Fields, void> {
  const { start, all } = await peek(chunks, 64)
  const [first = ''] = /[^\s\uFEFF]/.exec(start.toString('utf8')) ?? []
  if (isGuess && !'{['.includes(first)) {
    const begin = JSON.stringify(start.toString('utf8').trimStart().split(/\r?\n/)[0]?.slice(0, 40))
    throw new InputError({ source }, `is not JSON; it begins with ${begin}; name the format (--input-format)`)
  }
  yield* first === '[' ? readJson(all, source) : objects(linesOf(all, source), source)
}

/** The objects of a JSON array, or objects one after another on any number of lines. */
export async function* readJson(chunks: Chunks, source: string): AsyncGenerator<Fields, void> {
  yield* objects(jsonValuesOf(chunks, source), source)
}

/** A `text` per line, skipping empty lines. */
export async function* readLines(chunks: Chunks, source: string): AsyncGenerator<Fields, void> {
  for await (const { line, text } of linesOf(chunks, source)) {
    if (text.trim() === '') continue
    yield { values: { text }, line, refuse: refusing(source, line) }
  }
}

async function* objects(
  texts: AsyncIterable<{ line: number; text: string }>,
  source: string,
): AsyncGenerator<Fields, void> {
  for await (const { line, text } of texts) {
    if (text.trim() === '') continue
    const refuse = refusing(source, line)
    const parsed = parseObject(text, refuse)
    yield parsed instanceof InputError
      ? { values: {}, line, refuse, problem: parsed }
      : { values: parsed, line, refuse }
  }
}

function refusing(source: string, line: number) {
  return (problem: string, cause?: unknown) => new InputError({ source, line }, problem, cause)
}

function parseObject(text: string, refuse: Fields['refuse']): Record<string, unknown> | InputError {
  let value: unknown
  try {
    value = losslessly(text)
  } catch (cause) {
    return refuse(`is not JSON: ${cause instanceof Error ? cause.message : cause}`, cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('is not a JSON object; each record must be one, such as {"id": "a", "text": "…"}')
  }
  return value as Record<string, unknown>
}
