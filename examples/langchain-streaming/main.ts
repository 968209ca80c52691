import { ContextualCompressionRetriever } from '@langchain/classic/retrievers/contextual_compression'
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import type { Document } from '@langchain/core/documents'
import { StringOutputParser } from '@langchain/core/output_parsers'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import { RunnablePassthrough, RunnableSequence } from '@langchain/core/runnables'
import { RunCollectorCallbackHandler } from '@langchain/core/tracers/run_collector'
import { PineconeEmbeddings, PineconeRerank } from '@pinecone-inference/langchain'
import { inferenceService } from '../inference-service.js'
import { splitIntoPassages } from '../langchain-rag/split-into-passages.js'
import { runProgram } from '../run-program.js'
import { readDocs } from '../undici-docs/corpus.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'
import { chatModel } from './chat-model.js'
import { printTrace } from './print-trace.js'

await runProgram(async () => {
  await using service = await inferenceService()
  const { client } = service
  console.log(`A chain that streams and is traced, with ${service.where}`)

  const store = await MemoryVectorStore.fromDocuments(
    await splitIntoPassages(readDocs()),
    new PineconeEmbeddings({ client, model: 'llama-text-embed-v2' }),
  )
  const retriever = new ContextualCompressionRetriever({
    baseRetriever: store.asRetriever(20),
    baseCompressor: new PineconeRerank({ client, model: 'bge-reranker-v2-m3', topN: 3 }),
  })
  const chain = RunnableSequence.from([
    { context: retriever.pipe(asContext), question: new RunnablePassthrough<string>() },
    ChatPromptTemplate.fromMessages([
      ['system', 'Answer in two sentences, from these passages:\n\n{context}'],
      ['human', '{question}'],
    ]),
    await chatModel(),
    new StringOutputParser(),
  ])

  for (const question of questionsToAsk()) {
    console.log(`\n${question}\n`)
    const trace = new RunCollectorCallbackHandler()
    const answer = await chain.stream(question, { callbacks: [trace], runName: 'answer' })
    let pieces = 0
    for await (const piece of answer) {
      process.stdout.write(piece)
      pieces += 1
    }
    console.log(` (${pieces} pieces)\n`)
    for (const run of trace.tracedRuns) printTrace(run)
  }
})

function asContext(documents: Document[]): string {
  return documents.map(({ pageContent, metadata }) => `${metadata.source}:\n\n${pageContent}`).join('\n\n')
}
