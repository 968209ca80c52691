import { Document } from '@langchain/core/documents'
import { it } from 'vitest'
import { checkPositions } from '../../../test/adapters/poisoned-reranking.js'
import { PineconeRerank } from '../dist/index.js'

it.each<[string, (reranker: PineconeRerank, documents: Document[]) => Promise<unknown>]>([
  ['rerank', (reranker, documents) => reranker.rerank(documents, 'q')],
  ['compressDocuments', (reranker, documents) => reranker.compressDocuments(documents, 'q')],
])('an error of %s counts positions in the caller’s documents, of which some are blank', (_, call) =>
  checkPositions((client, texts) => {
    const documents = texts.map((pageContent) => new Document({ pageContent, metadata: {} }))
    return call(new PineconeRerank({ client }), documents)
  }),
)
