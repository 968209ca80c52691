import { Document } from '@langchain/core/documents'
import { PineconeEmbeddings, PineconeRerank, PineconeSparseEmbeddings } from '@pinecone-inference/langchain'

/* global expect, test */
const documents = ['cats purr', 'pools of sockets'].map((pageContent) => new Document({ pageContent }))

test('the first calls, all at once', async () => {
  const dense = new PineconeEmbeddings()
  const [vectors, vector, best] = await Promise.all([
    dense.embedDocuments(['a', 'b']),
    dense.embedQuery('a'),
    new PineconeRerank({ topN: 1 }).compressDocuments(documents, 'pools of sockets'),
  ])
  expect(vectors).toHaveLength(2)
  expect(vector).toHaveLength(1024)
  expect(best.map(({ pageContent }) => pageContent)).toEqual(['pools of sockets'])
})

test('sparse embeddings', async () => {
  const sparse = new PineconeSparseEmbeddings()
  expect(await sparse.embedDocuments(['sockets'])).toHaveLength(1)
  expect((await sparse.embedQuery('sockets')).indices).toHaveLength(1)
})

test('rerank', async () => {
  expect(await new PineconeRerank().rerank(['a', 'b'], 'a')).toHaveLength(2)
})
