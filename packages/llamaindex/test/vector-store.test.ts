import { PineconeVectorStore } from '@llamaindex/pinecone'
import {
  Document,
  IngestionPipeline,
  MetadataMode,
  SentenceSplitter,
  Settings,
  TextNode,
  VectorStoreIndex,
} from 'llamaindex'
import { expect, it } from 'vitest'
import { embedded, emulated } from '../../../test/adapters/emulated.js'
import { PineconeEmbedding, PineconeRerank } from '../dist/index.js'

interface Stored {
  id: string
  values: number[]
  metadata: Record<string, unknown>
}

/** The class of @llamaindex/pinecone over an index in memory: the part of Pinecone's SDK that it calls. */
function pineconeStore(embeddingModel: PineconeEmbedding): PineconeVectorStore {
  const rows = new Map<string, Stored>()
  const index = {
    upsert: async (records: Stored[]) => {
      for (const record of records) rows.set(record.id, structuredClone(record))
    },
    query: async ({ topK }: { topK: number }) => ({ matches: [...rows.values()].slice(0, topK) }),
    fetch: async (ids: string[]) => ({ records: Object.fromEntries(ids.map((id) => [id, rows.get(id)])) }),
  }
  const store = new PineconeVectorStore({ apiKey: 'offline', embeddingModel })
  Object.assign(store, { db: { index: () => ({ namespace: () => index }) } })
  return store
}

const documents = () => [
  new Document({
    id_: 'pools',
    text: 'A connection pool keeps sockets open.',
    metadata: { title: 'Networks', secret: 'not to be embedded' },
    excludedEmbedMetadataKeys: ['secret'],
  }),
  new Document({ id_: 'cats', text: 'Cats purr.', metadata: { title: 'Animals' } }),
]

it('nodes from PineconeVectorStore are ranked and embedded again by the text of the original nodes', async () => {
  const { emulator, fields } = await emulated()
  const embedding = new PineconeEmbedding(fields)
  const vectorStore = pineconeStore(embedding)
  await new IngestionPipeline({
    transformations: [new SentenceSplitter(), embedding],
    vectorStore,
    disableCache: true,
  }).run({ documents: documents() })
  const texts = ['title: Networks\n\nA connection pool keeps sockets open.', 'title: Animals\n\nCats purr.']
  expect(embedded(emulator).map((request) => request.texts)).toEqual([texts])

  const index = await Settings.withEmbedModel(embedding, () => VectorStoreIndex.fromVectorStore(vectorStore))
  const query = 'What keeps sockets open?'
  const found = await Settings.withEmbedModel(embedding, () =>
    index.asRetriever({ similarityTopK: 10 }).retrieve({ query }),
  )
  expect(found).toHaveLength(2)
  expect(found[0]?.node.metadata._node_content).toBeDefined()
  const before = structuredClone(found.map(({ node }) => node.toJSON()))

  const ranked = await new PineconeRerank(fields).postprocessNodes(found, query)
  const sent = emulator.requests.at(-1)?.body as { documents: { text: string }[] } | undefined
  expect(sent?.documents.map(({ text }) => text).sort()).toEqual([...texts].sort())
  expect(ranked[0]?.node.getContent(MetadataMode.NONE)).toBe('A connection pool keeps sockets open.')
  expect(found.map(({ node }) => node.toJSON())).toEqual(before)

  await embedding(found.map(({ node }) => node))
  expect(embedded(emulator).at(-1)?.texts.sort()).toEqual([...texts].sort())
})

it('a node that was never in a store keeps metadata of such names', async () => {
  const { emulator, fields } = await emulated()
  const node = new TextNode({ text: 'a', metadata: { doc_id: 'seven' } })
  await new PineconeEmbedding(fields)([node])
  expect(embedded(emulator)[0]?.texts).toEqual(['doc_id: seven\n\na'])
})
