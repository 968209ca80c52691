import { InputError } from '../../input-error.js'
import { type PassageOptions, splitIntoPassages } from '../../passages/split-into-passages.js'
import type { Fields } from '../fields.js'
import type { DocumentFormat } from '../input-format.js'
import { documentParts } from './document-text.js'

export interface DocumentOptions {
  readonly format: DocumentFormat
  /** The document's name in ids and `source`. */
  readonly name: string
  readonly encoding?: string | undefined
  readonly passages?: PassageOptions | undefined
}

/** The passages of one document: `name#1`, `name#2` and so on. */
export async function* readDocument(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  { format, name, encoding, passages }: DocumentOptions,
): AsyncGenerator<Fields, void> {
  let count = 0
  for (const { text, kind, page, hasLines } of await documentParts(chunks, source, format, encoding)) {
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
}

/** Percent-encodes what is not ASCII, which ids must be, and the percent sign, so that different names give different ids. */
export function idOf(name: string): string {
  return name.replace(/%|\P{ASCII}+/gu, encodeURIComponent)
}
