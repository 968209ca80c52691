import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import type { Document } from '@langchain/core/documents'
import { MarkdownTextSplitter } from '@langchain/textsplitters'
import { PineconeEmbeddings, PineconeRerank } from '@pinecone-inference/langchain'
import { inferenceService } from '../inference-service.js'
import type { SearchResult } from '../report/hit.js'
import { printEvaluation } from '../report/print-evaluation.js'
import { printSearch } from '../report/print-search.js'
import { progress } from '../report/progress.js'
import { readDocs } from '../undici-docs/corpus.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'
import { answer } from './answer.js'

const CANDIDATES = 20

await using service = await inferenceService()
console.log(`LangChain.js, with ${service.where}`)

const embeddings = new PineconeEmbeddings({ client: service.client, model: 'llama-text-embed-v2' })
const reranker = new PineconeRerank({ client: service.client })

const docs = readDocs()
const splitter = new MarkdownTextSplitter({ chunkSize: 1000, chunkOverlap: 100 })
const perDoc = await Promise.all(
  docs.map(({ markdown, source, title }) =>
    splitter.createDocuments([markdown], [{ source }], { chunkHeader: `${title}\n\n` }),
  ),
)
const passages = perDoc.flat().map((passage, i) => Object.assign(passage, { id: String(i) }))
console.log(`${docs.length} files of undici's docs, ${passages.length} passages`)

const show = progress('embedding')
const store = new MemoryVectorStore(embeddings)
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

function hit({ id = '', pageContent, metadata }: Document, score: number) {
  return { id, source: String(metadata.source), text: pageContent, score }
}

for (const question of questionsToAsk()) {
  printSearch(question, await search(question))
  console.log(`  → ${await answer(question, store.asRetriever(CANDIDATES), reranker)}`)
}
await printEvaluation(search)
