import { PineconeStore } from '@langchain/pinecone'
import { Pinecone } from '@pinecone-database/pinecone'
import { PineconeEmbeddings, PineconeRerank } from '@pinecone-inference/langchain'
import { inferenceService } from '../inference-service.js'
import { splitIntoPassages } from '../langchain-rag/split-into-passages.js'
import { runProgram } from '../run-program.js'
import { readDocs } from '../undici-docs/corpus.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'
import { startIndexStandIn } from './index-stand-in.js'

await runProgram(async () => {
  await using service = await inferenceService()
  await using standIn = await startIndexStandIn()
  // Your own index: one of 1024 dimensions, by the host that the console shows for it.
  const host = process.env.PINECONE_INDEX_HOST ?? standIn.url
  const apiKey = process.env.PINECONE_API_KEY ?? 'emulator'
  console.log(`PineconeStore of @langchain/pinecone, on ${host}, with ${service.where}`)

  const store = await PineconeStore.fromExistingIndex(
    new PineconeEmbeddings({ client: service.client, model: 'llama-text-embed-v2' }),
    { pineconeIndex: new Pinecone({ apiKey }).index('undici-docs', host), namespace: 'undici' },
  )
  const passages = await splitIntoPassages(readDocs())
  const ids = await store.addDocuments(passages, { ids: passages.map(({ id = '' }) => id) })
  console.log(`${ids.length} passages embedded and upserted`)

  const reranker = new PineconeRerank({ client: service.client, model: 'bge-reranker-v2-m3', topN: 3 })
  for (const question of questionsToAsk()) {
    const found = await store.similaritySearch(question, 20)
    console.log(`\n${question}\n`)
    for (const { id, metadata } of await reranker.compressDocuments(found, question)) {
      console.log(`  ${metadata.relevanceScore.toFixed(3)}  #${id}  ${metadata.source}, ${metadata.heading}`)
    }
  }

  await store.delete({ ids })
  console.log(`\n${ids.length} passages deleted`)
})
