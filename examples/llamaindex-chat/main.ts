import { PineconeEmbedding, PineconeRerank } from '@pinecone-inference/llamaindex'
import { ContextChatEngine, IngestionPipeline, Settings, VectorStoreIndex } from 'llamaindex'
import { inferenceService } from '../inference-service.js'
import { readDocuments } from '../llamaindex-rag/documents.js'
import { passageParsers } from '../llamaindex-rag/passage-parsers.js'
import { runProgram } from '../run-program.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'
import { chatModel } from './chat-model.js'

await runProgram(async () => {
  await using service = await inferenceService()
  const { client } = service
  console.log(`A chat over the docs in LlamaIndex.TS, with ${service.where}`)

  Settings.llm = await chatModel()
  Settings.embedModel = new PineconeEmbedding({ client, model: 'llama-text-embed-v2' })
  const pipeline = new IngestionPipeline({ transformations: passageParsers() })
  const index = await VectorStoreIndex.init({ nodes: await pipeline.run({ documents: readDocuments() }) })

  const chat = new ContextChatEngine({
    retriever: index.asRetriever({ similarityTopK: 20 }),
    nodePostprocessors: [new PineconeRerank({ client, model: 'bge-reranker-v2-m3', topN: 3 })],
  })

  for (const message of questionsToAsk()) {
    console.log(`\nyou: ${message}`)
    process.stdout.write('it:  ')
    const sources = new Set<string>()
    for await (const { delta, sourceNodes = [] } of await chat.chat({ message, stream: true })) {
      process.stdout.write(delta)
      for (const { node, score = 0 } of sourceNodes) {
        sources.add(`${node.metadata.source} ${score.toFixed(3)}`)
      }
    }
    console.log(`\n     (${[...sources].join(', ')})`)
  }
  console.log(`\n${(await chat.chatHistory).length} messages in the history`)
})
