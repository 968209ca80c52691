import { PineconeEmbedding } from '@pinecone-inference/llamaindex'
import {
  DocStoreStrategy,
  Document,
  IngestionPipeline,
  SentenceSplitter,
  SimpleDocumentStore,
  SimpleVectorStore,
} from 'llamaindex'
import { inferenceService } from '../inference-service.js'
import { readDocuments } from '../llamaindex-rag/documents.js'
import { progress } from '../report/progress.js'
import { runProgram } from '../run-program.js'

await runProgram(async () => {
  let tokens = 0
  await using service = await inferenceService({
    onUsage({ totalTokens = 0 }) {
      tokens += totalTokens
    },
  })
  console.log(`An ingestion pipeline in LlamaIndex.TS, with ${service.where}`)

  const embedding = new PineconeEmbedding({ client: service.client, model: 'llama-text-embed-v2' })
  const vectorStore = new SimpleVectorStore({ embeddingModel: embedding })
  const docStore = new SimpleDocumentStore()
  const pipeline = new IngestionPipeline({
    // One parser: the store drops a changed file's old vectors by the node that a passage was cut from, and after
    // a second parser that is no longer the file.
    transformations: [new SentenceSplitter({ chunkSize: 256, chunkOverlap: 20 }), embedding],
    vectorStore,
    docStore,
    docStoreStrategy: DocStoreStrategy.UPSERTS,
    // LlamaIndex's cache gives nodes back without their vectors, and the store leaves such nodes out.
    disableCache: true,
  })

  async function ingest(what: string, documents: Document[]) {
    tokens = 0
    const changed: Document[] = []
    for (const document of documents) {
      if ((await docStore.getDocumentHash(document.id_)) !== document.hash) changed.push(document)
    }
    // The second argument reaches the embedding: a signal goes here as well.
    const running = pipeline.run({ documents }, { progressCallback: progress('embedding') })
    const nodes = await running.catch(async (error) => {
      // The pipeline has noted their hashes before it embedded them, and would leave them out of the next run.
      for (const { id_ } of changed) await docStore.setDocumentHash(id_, 'failed')
      throw error
    })
    const stored = Object.keys(vectorStore.toDict().embeddingDict).length
    console.log(
      `${what}: ${nodes.length} passages embedded, ${tokens} tokens, ${stored} passages in the store`,
    )
  }
  await ingest('the docs', readDocuments())
  await ingest('the same docs', readDocuments())
  await ingest('one file changed', readDocuments().map(withChangedPool))
})

function withChangedPool(document: Document): Document {
  const { id_, text, metadata } = document
  return id_ === 'docs/api/Pool.md' ? new Document({ id_, metadata, text: `${text}\n\nChanged.` }) : document
}
