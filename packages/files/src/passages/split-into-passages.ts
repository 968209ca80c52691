import type { Document } from '@langchain/core/documents'
import { outsideCode } from './outside-code.js'

/** Characters of a passage: some 400 tokens of English, within the 507 of multilingual-e5-large. */
export const PASSAGE_LENGTH = 1500
/** Characters that a passage may repeat of the one before it, so that a sentence cut off is whole in one of them. */
export const PASSAGE_OVERLAP = 150

export interface Passage {
  text: string
  /** The line of the file it begins in, counted from 1. */
  line: number
}

/** What a text without spaces is cut into, to be joined to passages; three are an overlap. */
const WHOLE_CHARACTERS = /.{1,50}/gsu

/**
 * Passages of at most `PASSAGE_LENGTH` characters: cut at headings first (Markdown), then at code blocks and rules,
 * then at paragraphs, lines, words.
 */
export async function splitIntoPassages(text: string, kind: 'markdown' | 'plain'): Promise<Passage[]> {
  // Takes a while to load, and is only needed for folders.
  const { RecursiveCharacterTextSplitter } = await import('@langchain/textsplitters')

  class PassageSplitter extends RecursiveCharacterTextSplitter {
    protected override splitOnSeparator(part: string, separator: string): string[] {
      // LangChain's own cuts between the halves of a surrogate pair
      if (separator === '') return part.match(WHOLE_CHARACTERS) ?? []
      const pieces = super.splitOnSeparator(part, separator)
      return isHeading(separator) ? outsideCode(pieces) : pieces
    }
  }

  const splitter = new PassageSplitter({
    chunkSize: PASSAGE_LENGTH,
    chunkOverlap: PASSAGE_OVERLAP,
    ...(kind === 'markdown' && {
      // LangChain's own begin at the second level
      separators: ['\n# ', ...RecursiveCharacterTextSplitter.getSeparatorsForLanguage('markdown')],
    }),
  })
  const documents: Document[] = await splitter.createDocuments([text])
  return documents.map(({ pageContent, metadata }) => ({ text: pageContent, line: metadata.loc.lines.from }))
}

function isHeading(separator: string): boolean {
  return /^\n#+ $/.test(separator)
}
