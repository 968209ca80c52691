import { execFile } from 'node:child_process'
import { cp, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { BackendError, type Emulator, startEmulator } from '../dist/index.js'
import {
  call,
  type DenseAnswer,
  embedBody,
  type RankedAnswer,
  type SparseAnswer,
  withEmulator,
} from './client.js'
import { contractErrors } from './contract.js'
import {
  crossEncoderFiles,
  encoderFiles,
  type Files,
  logitOf,
  rowOf,
  type Word,
  writeModels,
} from './tiny-models.js'

const e5 = 'multilingual-e5-large'
const llama = 'llama-text-embed-v2'
const bge = 'bge-reranker-v2-m3'

async function modelDir(models: Readonly<Record<string, Files>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'models-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeModels(folder, models)
  return folder
}

function transformers(folder: string) {
  return { backend: { kind: 'transformers', modelDir: folder } } as const
}

function unit(values: readonly number[]): number[] {
  const length = Math.hypot(...values)
  return values.map((value) => value / length)
}

function meanOf(...tokens: Word[]): number[] {
  return unit(
    [0, 1, 2, 3].map((i) => tokens.reduce((sum, word) => sum + (rowOf(word)[i] ?? 0), 0) / tokens.length),
  )
}

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit))
const logitsOf = (...tokens: Word[]) => tokens.reduce((sum, word) => sum + logitOf(word), 0)

function expectVector(answer: DenseAnswer, index: number, expected: readonly number[]): void {
  const values = answer.data[index]?.values ?? []
  expect(values).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 6)
}

async function embed(emulator: Emulator, ...args: Parameters<typeof embedBody>) {
  const answer = await call<DenseAnswer>(emulator, '/embed', { body: embedBody(...args) })
  expect(answer.body).toMatchObject({ vector_type: 'dense' })
  expect(contractErrors('EmbeddingsList', { ...answer.body, data: [] })).toEqual([])
  return answer.body
}

async function rerank(emulator: Emulator, query: string, texts: readonly string[], rest: object = {}) {
  return await call<RankedAnswer & { error?: { message: string } }>(emulator, '/rerank', {
    body: { model: bge, query, documents: texts.map((text) => ({ text })), ...rest },
  })
}

describe('local models', () => {
  let folder: string
  let emulator: Emulator
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'models-'))
    await writeModels(folder, {
      [e5]: encoderFiles(),
      [llama]: {
        ...encoderFiles({ config: { matryoshka_dimensions: [2] } }),
        '1_Pooling/config.json': JSON.stringify({
          word_embedding_dimension: 4,
          pooling_mode_cls_token: true,
        }),
      },
      [bge]: crossEncoderFiles(),
    })
    emulator = await startEmulator(transformers(folder))
  })
  afterAll(async () => {
    await emulator?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('embed by the mean of their token vectors, at length 1, whatever else is in the batch', async () => {
    const answer = await embed(emulator, ['car', 'automobile car bananas', ''])
    expectVector(answer, 0, meanOf('[CLS]', 'passage', ':', 'car', '[SEP]'))
    expectVector(answer, 1, meanOf('[CLS]', 'passage', ':', 'automobile', 'car', 'banana', '##s', '[SEP]'))
    expectVector(answer, 2, meanOf('[CLS]', 'passage', ':', '[SEP]'))
  })

  it('know meanings that no lexical stand-in knows', async () => {
    const { data } = await embed(emulator, ['car', 'automobile', 'banana'])
    const [car, automobile, banana] = data.map(({ values }) => values)
    const cosine = (other: readonly number[] = []) =>
      (car ?? []).reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0)
    expect(cosine(automobile)).toBeGreaterThan(0.9)
    expect(cosine(banana)).toBeLessThan(0.5)
  })

  it('read an E5 model’s query and passage by their own prefixes', async () => {
    const query = await embed(emulator, ['car'], { input_type: 'query' })
    expectVector(query, 0, meanOf('[CLS]', 'query', ':', 'car', '[SEP]'))
  })

  it('answer more texts than fit into one run, in order', async () => {
    const texts = Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? 'car' : 'banana car'))
    const answer = await embed(emulator, texts)
    expect(answer.data).toHaveLength(50)
    for (const i of [0, 15, 16, 33, 48]) {
      const words: Word[] = i % 3 === 0 ? ['car'] : ['banana', 'car']
      expectVector(answer, i, meanOf('[CLS]', 'passage', ':', ...words, '[SEP]'))
    }
  })

  it('count tokens with their own tokenizer, special ones and prefix included', async () => {
    const answer = await embed(emulator, ['car', 'bananas car'])
    expect(answer.usage.total_tokens).toBe(5 + 7)
    expect(emulator.requests.at(-1)?.tokens).toBe(12)
  })

  it('cut a text that is too long and keep its end marker', async () => {
    const answer = await embed(emulator, ['car banana automobile banana car car car'])
    expectVector(answer, 0, meanOf('[CLS]', 'passage', ':', 'car', 'banana', 'automobile', 'banana', '[SEP]'))
    expect(answer.usage.total_tokens).toBe(8)
  })

  it('refuse a text that is too long when nothing may be cut', async () => {
    const fits = 'car car car car'
    const body = (text: string) => embedBody([text], { truncate: 'NONE' })
    expect((await call(emulator, '/embed', { body: body(fits) })).status).toBe(200)
    const refused = await call(emulator, '/embed', { body: body(`${fits} car`) })
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({
      error: {
        message:
          'Input at index 0 has 9 tokens, which exceeds the maximum token limit of 8 for model \'multilingual-e5-large\'. Consider setting "parameters.truncate" to "END" to truncate long inputs.',
      },
    })
  })

  it('pool by the first token where the model’s folder says so', async () => {
    const answer = await embed(emulator, ['car', 'banana car'], { model: llama })
    expectVector(answer, 0, unit(rowOf('[CLS]')))
    expectVector(answer, 1, unit(rowOf('[CLS]')))
  })

  it('shorten vectors to the dimensions that the model declares, and to no others', async () => {
    const answer = await embed(emulator, ['car'], { model: llama, dimension: 2 })
    expectVector(answer, 0, unit(rowOf('[CLS]').slice(0, 2)))
    const refused = await call(emulator, '/embed', {
      body: embedBody(['a'], { model: llama, dimension: 1024 }),
    })
    expect(refused.status).toBe(400)
    expect(JSON.stringify(refused.body)).toContain('must be one of [2, 4]')
  })

  it('rank documents by the sigmoid of their logit', async () => {
    const { body } = await rerank(emulator, 'automobile', ['banana', 'car', 'query car'])
    expect(contractErrors('RerankResult', body)).toEqual([])
    expect(body.data.map(({ index }) => index)).toEqual([1, 2, 0])
    expect(body.data[0]?.score).toBeCloseTo(sigmoid(logitsOf('car', '[SEP]')), 6)
    expect(body.data[2]?.score).toBeCloseTo(sigmoid(logitsOf('banana', '[SEP]')), 6)
    expect(body.usage.rerank_units).toBe(1)
  })

  it('cut a document that is too long for its query, or refuse it, and refuse a query that leaves no room', async () => {
    const long = `${'car '.repeat(3)}${'banana '.repeat(20)}`
    const query = 'automobile automobile automobile'
    const cutOff = await rerank(emulator, query, [long], { parameters: { truncate: 'END' } })
    // 12 tokens: [CLS], three of the query, [SEP], six of the document, [SEP].
    const kept = logitsOf('car', 'car', 'car', 'banana', 'banana', 'banana', '[SEP]')
    expect(cutOff.body.data[0]?.score).toBeCloseTo(sigmoid(kept), 6)

    const refused = await rerank(emulator, query, ['car', long])
    expect(refused.status).toBe(400)
    expect(refused.body.error?.message).toContain('query+document pair with 29 tokens')

    const noRoom = await rerank(emulator, 'car '.repeat(9), ['car'], { parameters: { truncate: 'END' } })
    expect(noRoom.status).toBe(400)
    expect(noRoom.body.error?.message).toContain('query+document pair with 12 tokens')
  })

  it('say in GET /models which they are, and the models without a folder that they are stand-ins', async () => {
    const { body } = await call<{ models: { model: string; provider_name: string }[] }>(emulator, '/models')
    expect(contractErrors('ModelInfoList', body)).toEqual([])
    const local = body.models.filter(({ provider_name }) => provider_name.includes('local ONNX model'))
    expect(local.map(({ model }) => model)).toEqual([llama, e5, bge])
    const standIns = body.models.filter(({ provider_name }) => provider_name.includes('stand-in'))
    expect(standIns).toHaveLength(body.models.length - local.length)
    expect((await call(emulator, `/models/${llama}`)).body).toMatchObject({
      short_description: expect.stringContaining('cls pooling'),
      default_dimension: 4,
      supported_dimensions: [2, 4],
      max_sequence_length: 8,
    })
  })

  it('leave the models without a folder to the stand-ins', async () => {
    const body = embedBody(['cars and bananas'], { model: 'pinecone-sparse-english-v0' })
    const here = await call<SparseAnswer>(emulator, '/embed', { body })
    await withEmulator({}, async (lexical) => {
      expect(here.body).toEqual((await call<SparseAnswer>(lexical, '/embed', { body })).body)
    })
  })
})

describe('a model’s folder', () => {
  it('may hold its weights in a second file', async () => {
    await withEmulator(
      transformers(await modelDir({ [e5]: encoderFiles({ external: true }) })),
      async (it) => {
        expectVector(await embed(it, ['car']), 0, meanOf('[CLS]', 'passage', ':', 'car', '[SEP]'))
      },
    )
  })

  it('may hold quantized weights only', async () => {
    const { 'onnx/model.onnx': weights = '', ...rest } = encoderFiles()
    const folder = await modelDir({ [e5]: { ...rest, 'onnx/model_quantized.onnx': weights } })
    await withEmulator(transformers(folder), async (it) => {
      expectVector(await embed(it, ['car']), 0, meanOf('[CLS]', 'passage', ':', 'car', '[SEP]'))
    })
  })

  it('may name its own prefixes, and a text may be cut at its start behind them', async () => {
    const prompts = { query: 'car: ', document: '' }
    const folder = await modelDir({
      [llama]: { ...encoderFiles(), 'config_sentence_transformers.json': JSON.stringify({ prompts }) },
    })
    await withEmulator(transformers(folder), async (it) => {
      const passage = await embed(it, ['banana'], { model: llama })
      expectVector(passage, 0, meanOf('[CLS]', 'banana', '[SEP]'))
      const long = 'banana banana banana automobile automobile automobile automobile'
      const query = await embed(it, [long], { model: llama, input_type: 'query', truncate: 'START' })
      const kept: Word[] = ['automobile', 'automobile', 'automobile', 'automobile']
      expectVector(query, 0, meanOf('[CLS]', 'car', ':', ...kept, '[SEP]'))
    })
  })

  it.each([
    ['its tokenizer’s limit', 100, { max_position_embeddings: 514 }, 100],
    ['its positions', 1e30, { max_position_embeddings: 514 }, 514],
    ['its positions behind padding', 1e30, { model_type: 'xlm-roberta', max_position_embeddings: 514 }, 512],
    ['the hosted model’s limit', 1e30, { max_position_embeddings: 8192 }, 2048],
  ])('bounds its texts by the smallest: %s', async (_, maxTokens, config, limit) => {
    const folder = await modelDir({ [llama]: encoderFiles({ maxTokens, config }) })
    await withEmulator(transformers(folder), async (it) => {
      expect((await call(it, `/models/${llama}`)).body).toMatchObject({ max_sequence_length: limit })
    })
  })
})

describe('the start fails, and says why, when', () => {
  async function failure(folder: string): Promise<string> {
    const error = await startEmulator(transformers(folder)).then(
      async (emulator) => {
        await emulator.close()
        return undefined
      },
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(BackendError)
    return (error as BackendError).message
  }

  it('the folder does not exist, holds no model, or is a file', async () => {
    const folder = await modelDir({})
    expect(await failure(join(folder, 'absent'))).toBe(
      `The model folder ${join(folder, 'absent')} does not exist`,
    )
    expect(await failure(folder)).toContain(`${folder} holds no model; expected sub-folders named after`)
    await writeFile(join(folder, 'file'), '')
    expect(await failure(join(folder, 'file'))).toContain('is not a folder')
  })

  it('a sub-folder is named after no hosted model, or after a sparse one', async () => {
    const misspelt = await modelDir({ 'multilingual-e5': encoderFiles() })
    expect(await failure(misspelt)).toMatch(/multilingual-e5 is not named after a hosted model; .*-e5-large/)
    const sparse = await modelDir({ 'pinecone-sparse-english-v0': encoderFiles() })
    expect(await failure(sparse)).toContain('sparse models have lexical stand-ins only')
  })

  it.each(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'])(
    'a model has no %s',
    async (file) => {
      const files = Object.entries(encoderFiles()).filter(([name]) => name !== file)
      const folder = await modelDir({ [e5]: Object.fromEntries(files) })
      expect(await failure(folder)).toMatch(
        new RegExp(`^The model folder ${join(folder, e5)} is incomplete; missing: ${file}`),
      )
    },
  )

  it.each<[string, Files, string]>([
    ['a file is not JSON', { ...encoderFiles(), 'config.json': '{' }, 'config.json cannot be read as JSON'],
    ['the weights are no ONNX', { ...encoderFiles(), 'onnx/model.onnx': 'no model' }, 'cannot be loaded'],
    ['the model is no encoder', crossEncoderFiles(), 'no output last_hidden_state'],
    [
      'a pooling is asked for that nobody here knows',
      { ...encoderFiles(), '1_Pooling/config.json': '{"pooling_mode_lasttoken":true}' },
      'asks for pooling_mode_lasttoken',
    ],
    [
      'a dimension is declared that the model has not',
      encoderFiles({ config: { matryoshka_dimensions: [2, 1024] } }),
      'matryoshka_dimensions names 1024; the model has 4 dimensions',
    ],
  ])('%s', async (_, files, message) => {
    const folder = await modelDir({ [e5]: files })
    const said = await failure(folder)
    expect(said).toContain(message)
    expect(said).toContain(join(folder, e5))
  })

  it('an encoder stands where a cross-encoder should', async () => {
    expect(await failure(await modelDir({ [bge]: encoderFiles() }))).toContain('no output logits')
  })

  it('the optional package is not installed, which the stand-ins never ask for', async () => {
    const folder = await modelDir({ [e5]: encoderFiles() })
    const home = await realpath(await modelDir({}))
    const built = fileURLToPath(new URL('../dist', import.meta.url))
    await cp(built, join(home, 'dist'), { recursive: true })
    const code = (options: object) =>
      `startEmulator(${JSON.stringify(options)}).then((e) => e.close(), (error) => console.log(error.message))`
    for (const [kind, head] of [
      ['commonjs', "const { startEmulator } = require('./dist/index.cjs');"],
      ['module', "import { startEmulator } from './dist/index.js';"],
    ]) {
      const say = async (options: object) => {
        const args = [`--input-type=${kind}`, '-e', `${head} ${code(options)}`]
        return (await promisify(execFile)(process.execPath, args, { cwd: home })).stdout
      }
      expect(await say(transformers(folder))).toContain('npm install @huggingface/transformers@4')
      expect(await say({})).toBe('')
    }
  })
})

it('reranks by words and the dense model’s cosine together where there is no cross-encoder', async () => {
  const folder = await modelDir({ [e5]: encoderFiles() })
  await withEmulator(transformers(folder), async (it) => {
    const { body } = await rerank(it, 'automobile', ['banana', 'car'])
    expect(body.data.map(({ index }) => index)).toEqual([1, 0])
    const asked = meanOf('[CLS]', 'query', ':', 'automobile', '[SEP]')
    const car = meanOf('[CLS]', 'passage', ':', 'car', '[SEP]')
    const cosine = asked.reduce((sum, value, i) => sum + value * (car[i] ?? 0), 0)
    await withEmulator({}, async (lexical) => {
      const words = (await rerank(lexical, 'automobile', ['banana', 'car'])).body.data
      const worded = words.find(({ index }) => index === 1)?.score ?? Number.NaN
      expect(body.data[0]?.score).toBeCloseTo((worded + cosine) / 2, 5)
    })
    expect((await call(it, `/models/${bge}`)).body).toMatchObject({
      provider_name: expect.stringContaining(`cosines of the local ${e5}`),
    })
  })
})

it('answers one request after the other, as they came: a short one does not overtake a long one', async () => {
  const folder = await modelDir({ [e5]: encoderFiles() })
  const answered: number[] = []
  const emulator = await startEmulator({ ...transformers(folder), onAnswer: ({ id }) => answered.push(id) })
  onTestFinished(() => emulator.close())
  const asked = [96, 96, 1, 1].map((count) => embed(emulator, Array<string>(count).fill('ferry')))
  const answers = await Promise.all(asked)
  expect(answers.map(({ data }) => data.length)).toEqual([96, 96, 1, 1])
  await expect.poll(() => answered).toEqual(emulator.requests.map(({ id }) => id))
})
