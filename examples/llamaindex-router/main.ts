import { MockLLM } from '@llamaindex/core/llms/mock'
import { PineconeEmbedding, PineconeRerank } from '@pinecone-inference/llamaindex'
import { type Document, IngestionPipeline, RouterQueryEngine, Settings, VectorStoreIndex } from 'llamaindex'
import { inferenceService } from '../inference-service.js'
import { readDocuments } from '../llamaindex-rag/documents.js'
import { passageParsers } from '../llamaindex-rag/passage-parsers.js'
import { runProgram } from '../run-program.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'
import { RerankSelector } from './rerank-selector.js'

await runProgram(async () => {
  await using service = await inferenceService()
  const { client } = service
  console.log(`A router over two query engines in LlamaIndex.TS, with ${service.where}`)

  Settings.llm = new MockLLM({ responseMessage: '', timeBetweenToken: 0 }) // the passages are the answer here
  Settings.embedModel = new PineconeEmbedding({ client, model: 'llama-text-embed-v2' })
  const reranker = new PineconeRerank({ client, model: 'bge-reranker-v2-m3', topN: 3 })

  async function engineOver(documents: Document[]) {
    const nodes = await new IngestionPipeline({ transformations: passageParsers() }).run({ documents })
    const index = await VectorStoreIndex.init({ nodes })
    return index.asQueryEngine({ similarityTopK: 20, nodePostprocessors: [reranker] })
  }
  const documents = readDocuments()
  const isGuide = ({ id_ }: Document) => id_.startsWith('docs/best-practices/')
  const router = new RouterQueryEngine({
    selector: new RerankSelector(reranker),
    queryEngineTools: [
      {
        description: 'How to write tests, mock requests, crawl and use a proxy: guides of best practices.',
        queryEngine: await engineOver(documents.filter(isGuide)),
      },
      {
        description: 'Options, limits, connections, retry and errors of each class: the API reference.',
        queryEngine: await engineOver(documents.filter((document) => !isGuide(document))),
      },
    ],
  })

  for (const query of questionsToAsk()) {
    const { metadata, sourceNodes = [] } = await router.query({ query })
    console.log(`\n${query}\n`)
    console.log(`  → ${metadata.selectorResult.selections[0].reason}`)
    for (const { node, score = 0 } of sourceNodes) {
      console.log(`  ${score.toFixed(3)}  ${node.metadata.source}`)
    }
  }
})
