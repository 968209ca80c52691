import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import type { Document } from '@langchain/core/documents'
import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { PineconeEmbeddings, PineconeRerank } from '@pinecone-inference/langchain'
import { inferenceService } from '../inference-service.js'
import { splitIntoPassages } from '../langchain-rag/split-into-passages.js'
import { quote } from '../report/quote.js'
import { runProgram } from '../run-program.js'
import { readDocs } from '../undici-docs/corpus.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'

const State = Annotation.Root({
  question: Annotation<string>(),
  documents: Annotation<Document[]>(),
  answer: Annotation<string>(),
})

await runProgram(async () => {
  await using service = await inferenceService()
  const { client } = service
  console.log(`A retrieval graph in LangGraph, with ${service.where}`)

  const store = await MemoryVectorStore.fromDocuments(
    await splitIntoPassages(readDocs()),
    new PineconeEmbeddings({ client, model: 'llama-text-embed-v2' }),
  )
  // Passages that score less are not about the question. Scales differ between models: look at yours before you set one.
  const reranker = new PineconeRerank({
    client,
    model: 'bge-reranker-v2-m3',
    topN: 3,
    scoreThreshold: 0.1,
  })

  const graph = new StateGraph(State)
    .addNode('retrieve', async ({ question }) => ({ documents: await store.similaritySearch(question, 20) }))
    .addNode('rerank', async ({ documents, question }) => ({
      documents: await reranker.compressDocuments(documents, question),
    }))
    .addNode('generate', async ({ documents, question }) => {
      const context = documents.map(({ pageContent }) => pageContent).join('\n\n')
      return { answer: quote(question, context) } // your chat model here
    })
    .addNode('decline', () => ({ answer: 'The docs have nothing about that.' }))
    .addEdge(START, 'retrieve')
    .addEdge('retrieve', 'rerank')
    .addConditionalEdges('rerank', ({ documents }) => (documents.length > 0 ? 'generate' : 'decline'))
    .addEdge('generate', END)
    .addEdge('decline', END)
    .compile()

  for (const question of [...questionsToAsk(), 'How long must sourdough bread be baked?']) {
    console.log(`\n${question}\n`)
    // The signal reaches the requests that the nodes are waiting for.
    const steps = await graph.stream(
      { question },
      { streamMode: 'updates', signal: AbortSignal.timeout(30_000) },
    )
    for await (const step of steps) {
      for (const [node, update] of Object.entries<Partial<typeof State.State>>(step)) {
        console.log(`  ${node.padEnd(8)}  ${update.answer ?? withScores(update.documents ?? [])}`)
      }
    }
  }
})

function withScores(documents: Document[]): string {
  const scores = documents.flatMap(({ metadata }) => metadata.relevanceScore?.toFixed(3) ?? [])
  return [`${documents.length} passages`, ...scores].join('  ')
}
