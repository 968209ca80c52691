import {
  DocStoreStrategy,
  Document,
  IngestionPipeline,
  SentenceSplitter,
  SimpleDocumentStore,
  SimpleVectorStore,
} from 'llamaindex'
import { expect, it } from 'vitest'
import { emulated } from '../../../test/adapters/emulated.js'
import { PineconeEmbedding } from '../dist/index.js'

const pool = (text: string) => new Document({ id_: 'Pool.md', text })
const soup = () => new Document({ id_: 'Soup.md', text: 'Soup is best served hot.' })

async function ingestion() {
  const { emulator, fields } = await emulated()
  const embedding = new PineconeEmbedding({ ...fields, maxRetries: 0 })
  const vectorStore = new SimpleVectorStore({ embeddingModel: embedding })
  const docStore = new SimpleDocumentStore()
  const pipeline = new IngestionPipeline({
    transformations: [new SentenceSplitter(), embedding],
    vectorStore,
    docStore,
    docStoreStrategy: DocStoreStrategy.UPSERTS,
    disableCache: true,
  })
  const stored = () => Object.values(vectorStore.toDict().textIdToRefDocId).sort()
  const nextFails = () => emulator.faults.add({ call: 1, fault: { kind: 'status', status: 503 } })
  return { docStore, nextFails, pipeline, stored }
}

it('a run that failed loses its documents for LlamaIndex’s pipeline', async () => {
  const { nextFails, pipeline, stored } = await ingestion()
  await pipeline.run({ documents: [pool('A pool.'), soup()] })
  expect(stored()).toEqual(['Pool.md', 'Soup.md'])
  nextFails()
  await expect(pipeline.run({ documents: [pool('A pool keeps sockets open.'), soup()] })).rejects.toThrow(
    '503',
  )
  await pipeline.run({ documents: [pool('A pool keeps sockets open.'), soup()] })
  expect(stored()).toEqual(['Soup.md'])
})

it('unless they are marked, as the README does: then the next run embeds them, and no others', async () => {
  const { docStore, nextFails, pipeline, stored } = await ingestion()
  async function ingest(documents: Document[]) {
    const changed: Document[] = []
    for (const document of documents) {
      if ((await docStore.getDocumentHash(document.id_)) !== document.hash) changed.push(document)
    }
    try {
      return await pipeline.run({ documents })
    } catch (error) {
      for (const { id_ } of changed) await docStore.setDocumentHash(id_, 'failed')
      throw error
    }
  }
  await ingest([pool('A pool.'), soup()])
  nextFails()
  await expect(ingest([pool('A pool keeps sockets open.'), soup()])).rejects.toThrow('503')
  const embedded = await ingest([pool('A pool keeps sockets open.'), soup()])
  expect(embedded.map(({ sourceNode }) => sourceNode?.nodeId)).toEqual(['Pool.md'])
  expect(stored()).toEqual(['Pool.md', 'Soup.md'])
  expect(await ingest([pool('A pool keeps sockets open.'), soup()])).toEqual([])
})
