import { fileURLToPath } from 'node:url'
import { EdgeVM } from '@edge-runtime/vm'
import { startEmulator } from '@pinecone-inference/emulator'
import { build } from 'esbuild'
import { expect, it, onTestFinished } from 'vitest'

/** A route as it would be written for an edge runtime: search in a few passages, best first. */
const ROUTE = `
  import { createPinecone } from '@pinecone-inference/ai-sdk'
  import { cosineSimilarity, embed, embedMany, rerank } from 'ai'

  export async function POST(request, { apiKey, baseUrl }) {
    const { question, passages } = await request.json()
    await using pinecone = createPinecone({ apiKey, baseUrl })
    const e5 = (inputType) => pinecone.embedding('multilingual-e5-large', { inputType })
    const { embeddings } = await embedMany({ model: e5('passage'), values: passages })
    const { embedding } = await embed({ model: e5('query'), value: question })
    const found = passages
      .map((text, i) => ({ text, score: cosineSimilarity(embeddings[i], embedding) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 5)
    const { ranking } = await rerank({
      model: pinecone.reranking('bge-reranker-v2-m3'),
      query: question,
      documents: found.map(({ text }) => text),
      topN: 1,
      abortSignal: request.signal,
    })
    return Response.json(ranking.map(({ document }) => document))
  }`

it('a route of an edge runtime embeds and reranks with the AI SDK', async () => {
  const { outputFiles } = await build({
    stdin: { contents: ROUTE, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'route',
    platform: 'browser',
    target: 'es2022',
    conditions: ['workerd', 'edge-light'],
    logLevel: 'silent',
  })
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const vm = new EdgeVM()
  vm.evaluate(`${outputFiles[0]?.text}\nglobalThis.route = route`)
  const passages = ['A bus drives.', 'The ferry sails at noon.', 'A train leaves.']
  const body = JSON.stringify({ question: 'When does the ferry sail?', passages })
  const answered = await vm.evaluate<Promise<string>>(`
    route.POST(new Request('https://example.com/', { method: 'POST', body: ${JSON.stringify(body)} }),
      { apiKey: 'offline', baseUrl: '${emulator.url}' }).then((response) => response.text())`)
  expect(JSON.parse(answered)).toEqual(['The ferry sails at noon.'])
  expect(emulator.requests.map(({ path }) => path)).toEqual(['/embed', '/embed', '/rerank'])
})
