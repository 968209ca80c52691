import { PineconeEmbedding, PineconeRerank } from '@pinecone-inference/llamaindex'
import { IngestionPipeline, MetadataMode, type NodeWithScore, Settings, VectorStoreIndex } from 'llamaindex'
import { inferenceService } from '../inference-service.js'
import type { SearchResult } from '../report/hit.js'
import { printEvaluation } from '../report/print-evaluation.js'
import { printSearch } from '../report/print-search.js'
import { progress } from '../report/progress.js'
import { runProgram } from '../run-program.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'
import { answer, chatModel } from './answer.js'
import { readDocuments } from './documents.js'
import { passageParsers } from './passage-parsers.js'

const CANDIDATES = 20

await runProgram(async () => {
  await using service = await inferenceService()
  console.log(`\nLlamaIndex.TS, with ${service.where}`)

  Settings.llm = await chatModel()
  Settings.embedModel = new PineconeEmbedding({ client: service.client, model: 'llama-text-embed-v2' })
  const reranker = new PineconeRerank({ client: service.client, model: 'bge-reranker-v2-m3' })

  const documents = readDocuments()
  const pipeline = new IngestionPipeline({ transformations: passageParsers() })
  const passages = await pipeline.run({ documents })
  console.log(`${documents.length} files of undici's docs, ${passages.length} passages`)

  const index = await VectorStoreIndex.init({ nodes: passages, progressCallback: progress('embedding') })
  const retriever = index.asRetriever({ similarityTopK: CANDIDATES })

  async function search(question: string): Promise<SearchResult> {
    const found = await retriever.retrieve({ query: question })
    const reranked = await reranker.postprocessNodes(found, question)
    return { found: found.map(hit), reranked: reranked.map(hit) }
  }

  const engine = index.asQueryEngine({ similarityTopK: CANDIDATES, nodePostprocessors: [reranker] })
  for (const question of questionsToAsk()) {
    printSearch(question, await search(question))
    if (process.env.OPENAI_API_KEY) console.log(`  → ${await answer(question, engine)}`)
  }
  if (service.isStandIn) return
  await printEvaluation(async (question) => {
    const { found, reranked } = await search(question)
    return { 'vector search': found, reranked }
  })
})

function hit({ node, score = Number.NaN }: NodeWithScore) {
  const { source, title, ...headers } = node.metadata
  return {
    id: node.id_,
    source: String(source),
    heading: String(Object.values(headers).at(-1) ?? title),
    text: node.getContent(MetadataMode.NONE),
    score,
  }
}
