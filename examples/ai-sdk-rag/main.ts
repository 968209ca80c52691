import { createPinecone } from '@pinecone-inference/ai-sdk'
import { cosineSimilarity, embed, embedMany, generateText, rerank } from 'ai'
import { inferenceService } from '../inference-service.js'
import { splitIntoPassages } from '../langchain-rag/split-into-passages.js'
import type { SearchResult } from '../report/hit.js'
import { printEvaluation } from '../report/print-evaluation.js'
import { printSearch } from '../report/print-search.js'
import { runProgram } from '../run-program.js'
import { readDocs } from '../undici-docs/corpus.js'
import { questionsToAsk } from '../undici-docs/questions-to-ask.js'
import { quotingModel } from './quoting-model.js'

const CANDIDATES = 20

await runProgram(async () => {
  await using service = await inferenceService()
  console.log(`AI SDK, with ${service.where}`)

  const pinecone = createPinecone({ client: service.client })
  const passageModel = pinecone.embedding('llama-text-embed-v2', { inputType: 'passage' })
  const queryModel = pinecone.embedding('llama-text-embed-v2', { inputType: 'query' })
  const reranker = pinecone.reranking('bge-reranker-v2-m3')
  const languageModel = quotingModel() // or that of any provider, such as openai('gpt-5-mini')

  const passages = (await splitIntoPassages(readDocs())).map(({ id = '', pageContent, metadata }) => ({
    id,
    text: pageContent,
    source: String(metadata.source),
    heading: String(metadata.heading),
  }))
  const { embeddings, usage } = await embedMany({
    model: passageModel,
    values: passages.map(({ text }) => text),
  })
  console.log(`${passages.length} passages embedded, ${usage.tokens} tokens`)

  async function search(question: string): Promise<SearchResult> {
    const { embedding } = await embed({ model: queryModel, value: question })
    const found = passages
      .map((passage, i) => ({ ...passage, score: cosineSimilarity(embeddings[i] ?? [], embedding) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, CANDIDATES)
    const { ranking } = await rerank({
      model: reranker,
      query: question,
      documents: found.map(({ text }) => text),
    })
    const reranked = ranking.flatMap(({ originalIndex, score }) =>
      found.slice(originalIndex, originalIndex + 1).map((hit) => ({ ...hit, score })),
    )
    return { found, reranked }
  }

  async function answer(question: string, { reranked }: SearchResult): Promise<string> {
    const best = reranked.slice(0, 3)
    const { text } = await generateText({
      model: languageModel,
      system: `Answer from these passages.\n\n${best.map((hit) => hit.text).join('\n\n')}`,
      prompt: question,
    })
    return `${text} (${best.map(({ source }) => source).join(', ')})`
  }

  for (const question of questionsToAsk()) {
    const result = await search(question)
    printSearch(question, result)
    console.log(`  → ${await answer(question, result)}`)
  }
  await printEvaluation(async (question) => {
    const { found, reranked } = await search(question)
    return { 'vector search': found, reranked }
  })
})
