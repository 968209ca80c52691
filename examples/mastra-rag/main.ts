import { LibSQLVector } from '@mastra/libsql'
import { MDocument, rerankWithScorer } from '@mastra/rag'
import { createPinecone } from '@pinecone-inference/ai-sdk'
import { embed, embedMany } from 'ai'
import { inferenceService } from '../inference-service.js'
import type { SearchResult } from '../report/hit.js'
import { printEvaluation } from '../report/print-evaluation.js'
import { printSearch } from '../report/print-search.js'
import { runProgram } from '../run-program.js'
import { readDocs } from '../undici-docs/corpus.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'
import { scorerOf } from './scorer.js'

const CANDIDATES = 20
const indexName = 'passages'

await runProgram(async () => {
  await using service = await inferenceService()
  console.log(`Mastra, with ${service.where}`)

  const pinecone = createPinecone({ client: service.client })
  const passageModel = pinecone.embedding('llama-text-embed-v2', { inputType: 'passage' })
  const queryModel = pinecone.embedding('llama-text-embed-v2', { inputType: 'query' })
  const scorer = scorerOf(pinecone.reranking('bge-reranker-v2-m3'))

  const passages = (
    await Promise.all(
      readDocs().map(async ({ source, title, markdown }) => {
        const chunks = await MDocument.fromMarkdown(markdown, { source, heading: title }).chunk({
          strategy: 'markdown',
          maxSize: 1000,
          overlap: 100,
        })
        return chunks.map(({ text, metadata }) => ({ ...metadata, text: `${title}\n\n${text}` }))
      }),
    )
  ).flat()
  const { embeddings } = await embedMany({ model: passageModel, values: passages.map(({ text }) => text) })

  const store = new LibSQLVector({ id: 'docs', url: 'file::memory:' })
  await store.createIndex({ indexName, dimension: embeddings[0]?.length ?? 0 })
  await store.upsert({ indexName, vectors: embeddings, metadata: passages })
  console.log(`${passages.length} passages embedded and stored`)

  async function search(question: string): Promise<SearchResult> {
    const { embedding: queryVector } = await embed({ model: queryModel, value: question })
    const found = await store.query({ indexName, queryVector, topK: CANDIDATES })
    const reranked = await rerankWithScorer({
      results: found,
      query: question,
      scorer,
      options: { topK: CANDIDATES, weights: { semantic: 1, vector: 0, position: 0 } },
    })
    return {
      found: found.map((result) => hitOf(result, result.score)),
      reranked: reranked.map(({ result, score }) => hitOf(result, score)),
    }
  }

  for (const question of questionsToAsk()) printSearch(question, await search(question))
  if (service.isStandIn) return
  await printEvaluation(async (question) => {
    const { found, reranked } = await search(question)
    return { 'vector search': found, reranked }
  })
})

function hitOf({ id, metadata }: { id: string; metadata?: Record<string, unknown> }, score: number) {
  return {
    id,
    score,
    text: String(metadata?.text),
    source: String(metadata?.source),
    heading: String(metadata?.heading),
  }
}
