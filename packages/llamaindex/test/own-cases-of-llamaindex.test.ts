import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DocStoreStrategy,
  Document,
  Settings,
  storageContextFromDefaults,
  VectorStoreIndex,
} from 'llamaindex'
import { expect, it, onTestFinished } from 'vitest'
import { embedded, emulated } from '../../../test/adapters/emulated.js'
import { PineconeEmbedding } from '../dist/index.js'

/**
 * Cases of LlamaIndex.TS's own tests with this embedding: packages/core/tests/embeddings.test.ts and
 * packages/llamaindex/tests/indices/VectorStoreIndex.test.ts of run-llama/LlamaIndexTS (2026-11-28). Its package for Cohere's
 * reranker has no tests.
 */

it('progress is reported text by text if a batch holds one', async () => {
  const { fields } = await emulated()
  const embedding = new PineconeEmbedding(fields)
  embedding.embedBatchSize = 1
  const progress: number[][] = []
  await embedding.getTextEmbeddingsBatch(['text1', 'text2', 'text3'], {
    progressCallback: (current, total) => progress.push([current, total]),
  })
  expect(progress).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
  ])
})

async function persistDir() {
  const folder = await mkdtemp(join(tmpdir(), 'index-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

const documents = () => [new Document({ text: 'A pool keeps sockets open.', id_: 'pool' })]

it.each([
  { strategy: DocStoreStrategy.NONE, stored: [1, 2], texts: 2 },
  // the document beside its node
  { strategy: DocStoreStrategy.UPSERTS, stored: [2, 2], texts: 1 },
])('a document that is added twice with the strategy $strategy', async ({ strategy, stored, texts }) => {
  const { emulator, fields } = await emulated()
  const counts: number[] = []
  await Settings.withEmbedModel(new PineconeEmbedding(fields), async () => {
    const storageContext = await storageContextFromDefaults({ persistDir: await persistDir() })
    for (const _ of stored) {
      await VectorStoreIndex.fromDocuments(documents(), { storageContext, docStoreStrategy: strategy })
      counts.push(Object.keys(await storageContext.docStore.docs()).length)
    }
  })
  expect(counts).toEqual(stored)
  expect(embedded(emulator)).toHaveLength(texts)
})

it('an index that was stored in a folder is searched after it is read back, without embedding its documents again', async () => {
  const { emulator, fields } = await emulated()
  const folder = await persistDir()
  await Settings.withEmbedModel(new PineconeEmbedding(fields), async () => {
    const storageContext = await storageContextFromDefaults({ persistDir: folder })
    await VectorStoreIndex.fromDocuments(documents(), { storageContext })
    const readBack = await storageContextFromDefaults({ persistDir: folder })
    const index = await VectorStoreIndex.init({ storageContext: readBack })
    const [found] = await index.asRetriever().retrieve({ query: 'open sockets' })
    expect(found?.node.sourceNode?.nodeId).toBe('pool')
  })
  expect(embedded(emulator).map(({ parameters }) => parameters.input_type)).toEqual(['passage', 'query'])
})
