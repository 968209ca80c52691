import { ContextualCompressionRetriever } from '@langchain/classic/retrievers/contextual_compression'
import type { BaseRetriever } from '@langchain/core/retrievers'
import { Pinecone } from '@pinecone-database/pinecone'
import {
  PineconeEmbeddings,
  PineconeHybridSearchRetriever,
  PineconeRerank,
  PineconeSparseEmbeddings,
} from '@pinecone-inference/langchain'
import { inferenceService } from '../inference-service.js'
import { startIndexStandIn } from '../langchain-pinecone-store/index-stand-in.js'
import { splitIntoPassages } from '../langchain-rag/split-into-passages.js'
import { printEvaluation } from '../report/print-evaluation.js'
import { runProgram } from '../run-program.js'
import { readDocs } from '../undici-docs/corpus.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'

const CANDIDATES = 20

await runProgram(async () => {
  await using service = await inferenceService()
  const { client } = service
  console.log(`Hybrid search in LangChain.js, with ${service.where}`)

  // Pinecone's own SDK, at an index in memory. Yours: new Pinecone().index('docs'), with the metric dotproduct.
  await using indexServer = await startIndexStandIn('dotproduct')
  const index = new Pinecone({ apiKey: 'offline' }).index('docs', indexServer.url)
  const shared = {
    embeddings: new PineconeEmbeddings({ client, model: 'llama-text-embed-v2' }),
    sparseEmbeddings: new PineconeSparseEmbeddings({ client }),
    index,
    topK: CANDIDATES,
  }
  const hybrid = new PineconeHybridSearchRetriever(shared)
  const passages = await splitIntoPassages(readDocs())
  await hybrid.addDocuments(passages)
  console.log(`${passages.length} passages stored, each with a dense and a sparse vector`)

  const searches: Record<string, BaseRetriever> = {
    dense: new PineconeHybridSearchRetriever({ ...shared, alpha: 1 }),
    sparse: new PineconeHybridSearchRetriever({ ...shared, alpha: 0 }),
    hybrid,
    'hybrid, reranked': new ContextualCompressionRetriever({
      baseRetriever: hybrid,
      baseCompressor: new PineconeRerank({ client, model: 'bge-reranker-v2-m3' }),
    }),
  }
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
