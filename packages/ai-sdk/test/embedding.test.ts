import { startEmulator } from '@pinecone-inference/emulator'
import { expect, it, onTestFinished } from 'vitest'
import { createPinecone } from '../dist/index.js'
import { embedded, emulated } from './emulated.js'
import { eachSdk } from './frameworks.js'

const passages = (count: number) => Array.from({ length: count }, (_, i) => `passage number ${i} of many`)

eachSdk(
  'embed and embedMany',
  ({ embed, embedMany, wrapEmbeddingModel, defaultEmbeddingSettingsMiddleware }) => {
    it('500 values go to the client at once, which splits them to the model’s limit', async () => {
      const { emulator, pinecone } = await emulated({ latency: 20 })
      const model = pinecone.embedding('llama-text-embed-v2', { inputType: 'passage', dimension: 384 })
      const values = passages(500)
      const { embeddings, usage, responses } = await embedMany({ model, values })

      expect(
        embedded(emulator)
          .map(({ texts }) => texts.length)
          .sort((a, b) => a - b),
      ).toEqual([20, 96, 96, 96, 96, 96])
      expect(Math.max(...emulator.requests.map(({ inFlight }) => inFlight))).toBeGreaterThan(1)
      expect(responses).toHaveLength(1)
      expect(usage.tokens).toBe(emulator.requests.reduce((sum, { tokens = 0 }) => sum + tokens, 0))
      expect(embeddings.map(({ length }) => length)).toEqual(values.map(() => 384))
      for (const i of [0, 95, 96, 499]) {
        const { embedding } = await embed({ model, value: values[i] ?? '' })
        expect(embeddings[i]).toEqual(embedding)
      }
    })

    it('no values, no request', async () => {
      const { emulator, pinecone } = await emulated()
      const model = pinecone.embedding('multilingual-e5-large', { inputType: 'passage' })
      expect((await embedMany({ model, values: [] })).embeddings).toEqual([])
      expect(emulator.requests).toEqual([])
    })

    it('providerOptions of a call override the model’s settings, and change no other call', async () => {
      const { emulator, pinecone } = await emulated()
      const model = pinecone.embedding('llama-text-embed-v2', {
        inputType: 'passage',
        dimension: 384,
        truncate: 'NONE',
      })
      await embed({
        model,
        value: 'q',
        providerOptions: { pinecone: { inputType: 'query', truncate: 'START' } },
      })
      await embed({ model, value: 'd' })
      expect(embedded(emulator).map(({ parameters }) => parameters)).toEqual([
        { input_type: 'query', dimension: 384, truncate: 'START' },
        { input_type: 'passage', dimension: 384, truncate: 'NONE' },
      ])
    })

    it('the dimension that a call asks for overrides the model’s', async () => {
      const { pinecone } = await emulated()
      const model = pinecone.embedding('llama-text-embed-v2', { inputType: 'passage', dimension: 384 })
      const ask = { values: ['d'], dimensions: 512 } // as ai 7 does
      expect((await model.doEmbed(ask)).embeddings[0]).toHaveLength(512)
    })

    it('a result says which model answered, and with which headers', async () => {
      const { pinecone } = await emulated()
      const model = pinecone.embedding('multilingual-e5-large', { inputType: 'query' })
      const { providerMetadata, response, warnings } = await embed({ model, value: 'q' })
      expect(providerMetadata).toEqual({ pinecone: { model: 'multilingual-e5-large' } })
      expect(response?.headers).toMatchObject({ 'content-type': expect.stringContaining('application/json') })
      expect(warnings).toEqual([])
    })

    it('headers of a call are sent with each of its requests', async () => {
      const { emulator, pinecone } = await emulated()
      const model = pinecone.embedding('multilingual-e5-large', { inputType: 'passage' })
      await embedMany({ model, values: passages(100), headers: { 'X-Trace': 'abc' } })
      await embed({ model, value: 'alone' })
      expect(emulator.requests.map(({ headers }) => headers['x-trace'])).toEqual(['abc', 'abc', undefined])
      for (const { headers } of emulator.requests) {
        expect(headers['user-agent']).toMatch(/^@pinecone-inference\/client v.+; source_tag=ai_sdk$/)
      }
    })

    it('a model takes middleware', async () => {
      const { emulator, pinecone } = await emulated()
      const settings = { providerOptions: { pinecone: { inputType: 'query' } } }
      const model = wrapEmbeddingModel({
        model: pinecone.embedding('multilingual-e5-large'),
        middleware: defaultEmbeddingSettingsMiddleware({ settings }),
      })
      const { embeddings } = await embedMany({ model, values: passages(200) })
      expect(embeddings).toHaveLength(200)
      for (const { parameters } of embedded(emulator)) expect(parameters).toEqual({ input_type: 'query' })
    })
  },
)

it('an option of a call that is undefined is not given', async () => {
  const { emulator, pinecone } = await emulated()
  const model = pinecone.embedding('multilingual-e5-large', { inputType: 'query' })
  const providerOptions = { pinecone: { inputType: undefined } } as never
  expect((await model.doEmbed({ values: ['q'], providerOptions })).embeddings).toHaveLength(1)
  expect(embedded(emulator)[0]?.parameters).toEqual({ input_type: 'query' })
})

it('the environment is read when a model is first used', async () => {
  const emulator = await startEmulator({ apiKey: 'from-environment' })
  onTestFinished(() => emulator.close())
  const pinecone = createPinecone()
  const model = pinecone.embedding('multilingual-e5-large', { inputType: 'query' })
  const { PINECONE_API_KEY, PINECONE_INFERENCE_URL } = process.env
  onTestFinished(() => {
    for (const [name, value] of Object.entries({ PINECONE_API_KEY, PINECONE_INFERENCE_URL })) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  delete process.env.PINECONE_API_KEY
  await expect(model.doEmbed({ values: ['q'] })).rejects.toMatchObject({
    name: 'AI_LoadAPIKeyError',
    cause: { name: 'PineconeConfigurationError' },
  })

  Object.assign(process.env, { PINECONE_API_KEY: 'from-environment', PINECONE_INFERENCE_URL: emulator.url })
  expect((await model.doEmbed({ values: ['q'] })).embeddings).toHaveLength(1)
  await pinecone.close()
})
