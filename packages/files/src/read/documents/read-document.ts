import { InputError } from '../../input-error.js'
import { type PassageOptions, splitIntoPassages } from '../../passages/split-into-passages.js'
import type { Fields } from '../fields.js'
import type { DocumentFormat } from '../input-format.js'
import { type DocumentPart, documentParts, ReaderMissing } from './document-text.js'

export interface DocumentOptions {
  readonly format: DocumentFormat
  /** The document's name in ids and `source`. */
  readonly name: string
  readonly encoding?: string | undefined
  readonly passages?: PassageOptions | undefined
  /** Called with the start of the ids that the passages would have, if there is no text. */
  readonly onEmptyDocument?: ((id: string) => void) | undefined
}

/** The passages of one document: `name#1`, `name#2` and so on; or the `problem` for which it cannot be read. */
export async function* readDocument(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  { format, name, encoding, passages, onEmptyDocument }: DocumentOptions,
): AsyncGenerator<Fields, void> {
  let parts: DocumentPart[]
  try {
    parts = await documentParts(chunks, source, format, encoding)
  } catch (error) {
    if (error instanceof ReaderMissing) throw error
    yield notReadable(source, name, error)
    return
  }
  let count = 0
  for (const { text, kind, page, hasLines } of parts) {
    for (const passage of splitIntoPassages(text, kind, passages)) {
      const { line } = passage
      const values = {
        id: `${idOf(name)}#${++count}`,
        text: passage.text,
        source: name,
        ...(page === undefined ? {} : { page }),
        ...(hasLines ? { line } : {}),
      }
      const place = hasLines ? { source, line } : { source }
      yield { values, line: hasLines ? line : count, refuse: (problem) => new InputError(place, problem) }
    }
  }
  if (count === 0) onEmptyDocument?.(idOf(name))
}

/** A document in place of its passages. */
export function notReadable(source: string, name: string, cause: unknown): Fields {
  const reason = source.includes('\uFFFD')
    ? 'has a name that is not UTF-8; rename it'
    : `cannot be read: ${cause instanceof Error ? cause.message : cause}`
  const problem = cause instanceof InputError ? cause : new InputError({ source }, reason, cause)
  return { values: { source: name }, line: 1, refuse: () => problem, problem }
}

/** Percent-encodes what is not ASCII, which ids must be, and the percent sign, so that different names give different ids. */
export function idOf(name: string): string {
  return name.replace(/%|\P{ASCII}+/gu, encodeURIComponent)
}
