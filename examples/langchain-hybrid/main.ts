import { ContextualCompressionRetriever } from '@langchain/classic/retrievers/contextual_compression'
import { EnsembleRetriever } from '@langchain/classic/retrievers/ensemble'
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import type { BaseRetriever } from '@langchain/core/retrievers'
import { PineconeEmbeddings, PineconeRerank, PineconeSparseEmbeddings } from '@pinecone-inference/langchain'
import { inferenceService } from '../inference-service.js'
import { splitIntoPassages } from '../langchain-rag/split-into-passages.js'
import { printEvaluation } from '../report/print-evaluation.js'
import { runProgram } from '../run-program.js'
import { readDocs } from '../undici-docs/corpus.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'
import { SparseRetriever } from './sparse-retriever.js'

const CANDIDATES = 20

await runProgram(async () => {
  await using service = await inferenceService()
  const { client } = service
  console.log(`Hybrid retrieval in LangChain.js, with ${service.where}`)

  const passages = await splitIntoPassages(readDocs())
  const [store, sparse] = await Promise.all([
    MemoryVectorStore.fromDocuments(
      passages,
      new PineconeEmbeddings({ client, model: 'llama-text-embed-v2' }),
    ),
    SparseRetriever.fromDocuments(passages, new PineconeSparseEmbeddings({ client }), CANDIDATES),
  ])
  const dense = store.asRetriever(CANDIDATES)
  // Reciprocal rank fusion: places count, not scores, which are of different kinds in the two searches.
  const hybrid = new EnsembleRetriever({ retrievers: [dense, sparse], weights: [0.5, 0.5] })
  const reranked = new ContextualCompressionRetriever({
    baseRetriever: hybrid,
    baseCompressor: new PineconeRerank({ client, model: 'bge-reranker-v2-m3' }),
  })
  console.log(`${passages.length} passages, each with a dense and a sparse vector`)

  const searches: Record<string, BaseRetriever> = { dense, sparse, hybrid, 'hybrid, reranked': reranked }
  async function search(question: string) {
    const rankings = Object.entries(searches).map(async ([name, retriever]) => {
      const found = await retriever.invoke(question)
      return [name, found.map(({ metadata }) => ({ source: String(metadata.source) }))] as const
    })
    return Object.fromEntries(await Promise.all(rankings))
  }

  for (const question of questionsToAsk()) {
    console.log(`\n${question}\n`)
    for (const [name, hits] of Object.entries(await search(question))) {
      const best = hits.slice(0, 3).map(({ source }) => source)
      console.log(`  ${name.padEnd(16)}  ${best.join(', ')}`)
    }
  }
  await printEvaluation(search)
})
