import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import type { Document } from '@langchain/core/documents'
import { PineconeEmbeddings, PineconeRerank } from '@pinecone-inference/langchain'
import { inferenceService } from '../inference-service.js'
import type { SearchResult } from '../report/hit.js'
import { printEvaluation } from '../report/print-evaluation.js'
import { printSearch } from '../report/print-search.js'
import { progress } from '../report/progress.js'
import { runProgram } from '../run-program.js'
import { readDocs } from '../undici-docs/corpus.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'
import { answer } from './answer.js'
import { splitIntoPassages } from './split-into-passages.js'

const CANDIDATES = 20

await runProgram(async () => {
  await using service = await inferenceService()
  console.log(`LangChain.js, with ${service.where}`)

  const embeddings = new PineconeEmbeddings({ client: service.client, model: 'llama-text-embed-v2' })
  const reranker = new PineconeRerank({ client: service.client, model: 'bge-reranker-v2-m3' })

  const docs = readDocs()
  const passages = await splitIntoPassages(docs)
  console.log(`${docs.length} files of undici's docs, ${passages.length} passages`)

  // MemoryVectorStore.fromDocuments(passages, embeddings) does the same in one call, without progress.
  const store = new MemoryVectorStore(embeddings)
  const show = progress('embedding')
  const vectors = await embeddings.embedDocuments(
    passages.map(({ pageContent }) => pageContent),
    { onProgress: ({ done, total }) => show(done, total) },
  )
  await store.addVectors(vectors, passages)

  async function search(question: string): Promise<SearchResult> {
    const found = await store.similaritySearchWithScore(question, CANDIDATES)
    const reranked = await reranker.compressDocuments(
      found.map(([document]) => document),
      question,
    )
    return {
      found: found.map(([document, score]) => hit(document, score)),
      reranked: reranked.map((document) => hit(document, document.metadata.relevanceScore)),
    }
  }

  for (const question of questionsToAsk()) {
    printSearch(question, await search(question))
    if (process.env.OPENAI_API_KEY) {
      console.log(`  → ${await answer(question, store.asRetriever(CANDIDATES), reranker)}`)
    }
  }
  if (service.isStandIn) return
  await printEvaluation(async (question) => {
    const { found, reranked } = await search(question)
    return { 'vector search': found, reranked }
  })
})

function hit({ id = '', pageContent, metadata }: Document, score: number) {
  return {
    id,
    source: String(metadata.source),
    heading: String(metadata.heading),
    text: pageContent,
    score,
  }
}
