import type { Document } from '@langchain/core/documents'
import { MarkdownTextSplitter } from '@langchain/textsplitters'
import type { DocFile } from '../undici-docs/corpus.js'
import { headingAt } from '../undici-docs/heading-at.js'

/** Passages of up to 1000 characters, each under the title of its file: a passage alone rarely says what it is about. */
export async function splitIntoPassages(docs: readonly DocFile[]): Promise<Document[]> {
  const splitter = new MarkdownTextSplitter({ chunkSize: 1000, chunkOverlap: 100 })
  const passages: Document[] = []
  for (const { source, title, markdown } of docs) {
    const chunks = await splitter.createDocuments([markdown], [{ source }], { chunkHeader: `${title}\n\n` })
    for (const { pageContent, metadata } of chunks) {
      passages.push({
        id: String(passages.length),
        pageContent,
        metadata: { ...metadata, heading: headingAt(markdown, metadata.loc.lines.from) },
      })
    }
  }
  return passages
}
