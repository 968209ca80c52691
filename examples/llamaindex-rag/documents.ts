import { Document } from 'llamaindex'
import { readDocs } from '../undici-docs/corpus.js'

/** undici's docs, a document a file; the file's name is its id. */
export function readDocuments(): Document[] {
  return readDocs().map(
    ({ source, title, markdown }) =>
      new Document({ id_: source, text: markdown, metadata: { source, title } }),
  )
}
