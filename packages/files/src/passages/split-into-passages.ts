import type { Document } from '@langchain/core/documents'

/** Characters of a passage: some 400 tokens of English, within the 507 of multilingual-e5-large. */
export const PASSAGE_LENGTH = 1500
/** Characters that a passage may repeat of the one before it, so that a sentence cut off is whole in one of them. */
export const PASSAGE_OVERLAP = 150

export interface Passage {
  text: string
  /** The line of the file it begins in, counted from 1. */
  line: number
}

/**
 * Passages of at most `PASSAGE_LENGTH` characters: cut at headings first (Markdown), then at code blocks and rules,
 * then at paragraphs, lines, words.
 */
export async function splitIntoPassages(text: string, kind: 'markdown' | 'plain'): Promise<Passage[]> {
  // Takes a while to load, and is only needed for folders.
  const { MarkdownTextSplitter, RecursiveCharacterTextSplitter } = await import('@langchain/textsplitters')
  const Splitter = kind === 'markdown' ? MarkdownTextSplitter : RecursiveCharacterTextSplitter
  const splitter = new Splitter({ chunkSize: PASSAGE_LENGTH, chunkOverlap: PASSAGE_OVERLAP })
  const documents: Document[] = await splitter.createDocuments([text])
  return documents.map(({ pageContent, metadata }) => ({ text: pageContent, line: metadata.loc.lines.from }))
}
