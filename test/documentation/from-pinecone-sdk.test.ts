import { PineconeInference } from '@pinecone-inference/client'
import { type Emulator, type Fault, startEmulator } from '@pinecone-inference/emulator'
import { type EmbedOptions, Pinecone } from 'pinecone-sdk-9'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nextRetry } from './next-retry.js'

/** docs/from-pinecone-sdk.md, row by row: what each of the two does. */

async function both() {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const theirs = (options: object = {}) =>
    new Pinecone({ apiKey: 'offline', controllerHostUrl: emulator.url, ...options }).inference
  const ours = (options: object = {}) =>
    new PineconeInference({ apiKey: 'offline', baseUrl: emulator.url, ...options })
  return { emulator, theirs, ours }
}

const texts = (count: number) => Array.from({ length: count }, (_, i) => `text ${i}`)

const model = 'llama-text-embed-v2'
const embedding = (inputs: string[], parameters: object = {}) => ({
  model,
  inputs,
  parameters: { inputType: 'passage', ...parameters },
})
const ranking = <D>(documents: D[]) => ({ model: 'bge-reranker-v2-m3', query: 'text 1', documents })

const bodies = ({ requests }: Emulator) =>
  requests.map(({ body }) => body as { inputs: unknown[]; documents: unknown[]; parameters: object })

describe('the results', () => {
  it('of both are the same, dense and sparse', async () => {
    const { theirs, ours } = await both()
    for (const request of [
      embedding(['a word', 'another']),
      { ...embedding(['a word', 'another']), model: 'pinecone-sparse-english-v0' },
    ])
      expect(await ours().embedAll(request)).toEqual(await theirs().embed(request))
  })
  it('and the rankings, and what is said of a model', async () => {
    const { theirs, ours } = await both()
    expect(await ours().rerankAll(ranking(texts(3)))).toEqual(await theirs().rerank(ranking(texts(3))))
    const names = ({ models = [] }: { models?: { model: string }[] }) => models.map((info) => info.model)
    expect(names(await ours().listModels({ type: 'rerank' }))).toEqual(
      names(await theirs().listModels({ type: 'rerank' })),
    )
    expect((await ours().getModel(model)).supportedDimensions).toEqual(
      (await theirs().getModel(model)).supportedDimensions,
    )
  })
})

describe('200 texts', () => {
  it('theirs: one request, which the service refuses', async () => {
    const { emulator, theirs } = await both()
    await expect(theirs().embed(embedding(texts(200)))).rejects.toThrow(/96/)
    expect(bodies(emulator).map(({ inputs }) => inputs.length)).toEqual([200])
  })
  it('ours: as many as it takes', async () => {
    const { emulator, ours } = await both()
    expect((await ours().embedAll(embedding(texts(200)))).data).toHaveLength(200)
    expect(bodies(emulator).map(({ inputs }) => inputs.length)).toHaveLength(3)
  })
})

describe('150 documents to rank', () => {
  it('theirs: one request, which the service refuses', async () => {
    const { emulator, theirs } = await both()
    await expect(theirs().rerank(ranking(texts(150)))).rejects.toThrow(/100/)
    expect(bodies(emulator).map(({ documents }) => documents.length)).toEqual([150])
  })
  it('ours: as many as it takes, in one ranking', async () => {
    const { emulator, ours } = await both()
    expect((await ours().rerankAll(ranking(texts(150)))).data).toHaveLength(150)
    expect(emulator.requests).toHaveLength(2)
  })
})

describe('a 429 with Retry-After', () => {
  const fault = (retryAfter: number): Fault => ({ kind: 'status', status: 429, retryAfter })
  it('theirs: the error at once, whatever maxRetries says', async () => {
    const { emulator, theirs } = await both()
    emulator.faults.add({ times: 1, fault: fault(0) })
    await expect(theirs({ maxRetries: 5 }).embed(embedding(['a']))).rejects.toThrow('429')
    expect(emulator.requests).toHaveLength(1)
  })
  it('ours: sent again', async () => {
    const { emulator, ours } = await both()
    emulator.faults.add({ times: 1, fault: fault(0) })
    await ours().embedAll(embedding(['a']))
    expect(emulator.requests.map(({ status }) => status)).toEqual([429, 200])
  })
  it('ours: not before the time it asks for', async () => {
    const { emulator, ours } = await both()
    emulator.faults.add({ fault: fault(60) })
    const abort = new AbortController()
    const call = ours().embedAll(embedding(['a']), { signal: abort.signal })
    const waiting = await nextRetry()
    abort.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    expect(waiting.error).toMatchObject({ retryAfterMs: 60_000 })
    expect(emulator.requests).toHaveLength(1)
  })
})

describe.each<Fault>([{ kind: 'reset' }, { kind: 'cut', bytes: 100 }])(
  'a connection that breaks: $kind',
  (fault) => {
    it('theirs: the error at once', async () => {
      const { emulator, theirs } = await both()
      emulator.faults.add({ times: 1, fault })
      await expect(theirs().embed(embedding(['a']))).rejects.toThrow()
      expect(emulator.requests).toHaveLength(1)
    })
    it('ours: sent again', async () => {
      const { emulator, ours } = await both()
      emulator.faults.add({ times: 1, fault })
      expect((await ours().embedAll(embedding(['a']))).data).toHaveLength(1)
      expect(emulator.requests).toHaveLength(2)
    })
  },
)

describe('a 503 that stays', () => {
  const fault: Fault = { kind: 'status', status: 503, message: 'under repair' }
  it('theirs: an error that says neither the status nor the message', async () => {
    const { emulator, theirs } = await both()
    emulator.faults.add({ fault })
    const error = await theirs({ maxRetries: 1 })
      .embed(embedding(['a']))
      .catch((error: unknown) => error)
    expect(error).toMatchObject({ name: 'PineconeMaxRetriesExceededError' })
    expect(String(error)).not.toMatch(/503|under repair/)
    expect(emulator.requests).toHaveLength(2)
  })
  it('ours: an error with both', async () => {
    const { emulator, ours } = await both()
    emulator.faults.add({ fault })
    await expect(ours({ maxRetries: 1 }).embedAll(embedding(['a']))).rejects.toMatchObject({
      name: 'PineconeServerError',
      status: 503,
      message: expect.stringContaining('under repair'),
      attempts: 2,
    })
  })
})

describe('no answer', () => {
  it('ours ends with an error, and theirs still waits', async () => {
    const { emulator, theirs, ours } = await both()
    emulator.faults.add({ fault: { kind: 'stall', at: 'headers' } })
    const ended: string[] = []
    const waiting = theirs()
      .embed(embedding(['a']))
      .catch(() => ended.push('theirs'))
    const given = ours({ timeout: 200, maxRetries: 0 }).embedAll(embedding(['a']))
    await expect(given).rejects.toMatchObject({ name: 'PineconeTimeoutError' })
    expect(ended).toEqual([])
    await emulator.close()
    await waiting
  })
})

describe('a signal that is aborted', () => {
  const reason = new Error('enough')
  it('theirs: not looked at', async () => {
    const { emulator, theirs } = await both()
    const options = { ...embedding(['a']), signal: AbortSignal.abort(reason) }
    expect((await theirs().embed(options)).data).toHaveLength(1)
    expect(emulator.requests).toHaveLength(1)
  })
  it('ours: rejects with its reason', async () => {
    const { emulator, ours } = await both()
    const call = ours().embedAll(embedding(['a']), { signal: AbortSignal.abort(reason) })
    await expect(call).rejects.toBe(reason)
    expect(emulator.requests).toEqual([])
  })
})

describe('an answer with two vectors for three texts', () => {
  it('theirs: two vectors', async () => {
    const { emulator, theirs } = await both()
    emulator.faults.add({ fault: { kind: 'malformed', as: 'wrong-count' } })
    expect((await theirs().embed(embedding(['a', 'b', 'c']))).data).toHaveLength(2)
  })
  it('ours: an error', async () => {
    const { emulator, ours } = await both()
    emulator.faults.add({ fault: { kind: 'malformed', as: 'wrong-count' } })
    const call = ours({ maxRetries: 0 }).embedAll(embedding(['a', 'b', 'c']))
    await expect(call).rejects.toMatchObject({ name: 'PineconeResponseError' })
  })
})

describe.each(['wrong-dimension', 'non-finite'] as const)('a vector at fault: %s', (as) => {
  it('theirs: handed on', async () => {
    const { emulator, theirs } = await both()
    const sound = await theirs().embed(embedding(['a', 'b']))
    emulator.faults.add({ fault: { kind: 'malformed', as } })
    const { data } = await theirs().embed(embedding(['a', 'b']))
    expect(data).toHaveLength(2)
    expect(data).not.toEqual(sound.data)
  })
  it('ours: an error', async () => {
    const { emulator, ours } = await both()
    emulator.faults.add({ fault: { kind: 'malformed', as } })
    const call = ours({ maxRetries: 0 }).embedAll(embedding(['a', 'b']))
    await expect(call).rejects.toMatchObject({ name: 'PineconeResponseError' })
  })
})

describe('a proxy’s page instead of an answer', () => {
  it('theirs: a SyntaxError', async () => {
    const { emulator, theirs } = await both()
    emulator.faults.add({ fault: { kind: 'malformed', as: 'not-json' } })
    await expect(theirs().embed(embedding(['a']))).rejects.toThrow(SyntaxError)
  })
  it('ours: a PineconeResponseError', async () => {
    const { emulator, ours } = await both()
    emulator.faults.add({ fault: { kind: 'malformed', as: 'not-json' } })
    await expect(ours({ maxRetries: 0 }).embedAll(embedding(['a']))).rejects.toMatchObject({
      name: 'PineconeResponseError',
    })
  })
})

describe('no texts, and no documents', () => {
  it('theirs: refused by the service, and before a request', async () => {
    const { emulator, theirs } = await both()
    await expect(theirs().embed(embedding([]))).rejects.toMatchObject({ name: 'PineconeBadRequestError' })
    await expect(theirs().rerank(ranking([]))).rejects.toMatchObject({ name: 'PineconeArgumentError' })
    expect(emulator.requests).toHaveLength(1)
  })
  it('ours: nothing, and no request', async () => {
    const { emulator, ours } = await both()
    expect((await ours().embedAll(embedding([]))).data).toEqual([])
    expect((await ours().rerankAll(ranking([]))).data).toEqual([])
    expect(emulator.requests).toEqual([])
  })
})

describe('an empty text', () => {
  it('theirs: sent', async () => {
    const { emulator, theirs } = await both()
    await theirs().embed(embedding(['a', '']))
    expect(bodies(emulator).map(({ inputs }) => inputs.length)).toEqual([2])
  })
  it('ours: refused by its place before anything is sent', async () => {
    const { emulator, ours } = await both()
    await expect(ours().embedAll(embedding(['a', '']))).rejects.toThrow(/inputs\[1\]/)
    expect(emulator.requests).toEqual([])
  })
})

describe('parameters', () => {
  it('theirs: strings, sent as they are written', async () => {
    const { emulator, theirs } = await both()
    const parameters: EmbedOptions['parameters'] = { inputType: 'passage', dimension: '384' }
    await Promise.allSettled([theirs().embed({ model, inputs: ['a'], parameters })])
    const named = { inputType: 'passage', returnTokens: 'true' }
    await Promise.allSettled([theirs().embed({ model, inputs: ['a'], parameters: named })])
    expect(bodies(emulator).map(({ parameters }) => parameters)).toEqual([
      { input_type: 'passage', dimension: '384' },
      { input_type: 'passage', returnTokens: 'true' },
    ])
  })
  it('ours: numbers and booleans, in camelCase', async () => {
    const { emulator, ours } = await both()
    const parameters = { inputType: 'passage', dimension: 384 } as const
    await ours().embedAll({ model, inputs: ['a'], parameters })
    const named = { inputType: 'passage', returnTokens: true } as const
    await ours().embedAll({ model: 'pinecone-sparse-english-v0', inputs: ['a'], parameters: named })
    expect(bodies(emulator).map(({ parameters }) => parameters)).toEqual([
      { input_type: 'passage', dimension: 384 },
      { input_type: 'passage', return_tokens: true },
    ])
  })
})

describe('documents with other fields', () => {
  const documents = [{ text: 'Pools keep sockets open.', owner: 'secret' }]
  it('theirs: sent with all of them', async () => {
    const { emulator, theirs } = await both()
    const { data } = await theirs().rerank(ranking(documents))
    expect(data[0]?.document).toEqual(documents[0])
    expect(bodies(emulator)[0]?.documents).toEqual(documents)
  })
  it('ours: the rank fields are sent, and the documents given come back', async () => {
    const { emulator, ours } = await both()
    const { data } = await ours().rerankAll(ranking(documents))
    expect(data[0]?.document).toBe(documents[0])
    expect(bodies(emulator)[0]?.documents).toEqual([{ text: 'Pools keep sockets open.' }])
  })
})

describe('options', () => {
  it('of both reach the service', async () => {
    const { emulator, theirs, ours } = await both()
    const urls: string[] = []
    const fetchThrough: typeof fetch = (input, init) => {
      urls.push(String(input))
      return fetch(input, init)
    }
    const sourceTag = 'my_app'
    const headers = { 'X-Gateway': 'inner' }
    await theirs({ sourceTag, additionalHeaders: headers, fetchApi: fetchThrough }).listModels()
    await ours({ sourceTag, headers, fetch: fetchThrough }).listModels()
    expect(urls).toEqual([`${emulator.url}/models`, `${emulator.url}/models`])
    for (const { headers: sent } of emulator.requests) {
      expect(sent['user-agent']).toContain('source_tag=my_app')
      expect(sent['x-gateway']).toBe('inner')
    }
    expect(emulator.requests.map(({ headers: sent }) => sent['x-pinecone-api-version'])).toEqual([
      '2026-07',
      '2025-10',
    ])
  })
})
