import { Document } from 'llamaindex'
import { readDocs } from '../undici-docs/corpus.js'

/** undici's docs, one document per file, whose id is the file's name. */
export function readDocuments(): Document[] {
  return readDocs().map(
    ({ source, title, markdown }) =>
      new Document({ id_: source, text: markdown, metadata: { source, title } }),
  )
}
