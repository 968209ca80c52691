import { PineconeEmbeddings as TheirEmbeddings } from '@langchain/pinecone'
import { type Emulator, startEmulator } from '@pinecone-inference/emulator'
import { PineconeEmbeddings, PineconeSparseEmbeddings } from '@pinecone-inference/langchain'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { nextRetry } from './next-retry.js'

/** docs/from-langchain-pinecone.md, row by row: what each of the two does. */

async function both() {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  vi.stubEnv('PINECONE_API_KEY', 'offline')
  onTestFinished(() => void vi.unstubAllEnvs())
  const theirs = (fields: object = {}) =>
    new TheirEmbeddings({ apiKey: 'offline', controllerHostUrl: emulator.url, ...fields })
  const ours = (fields: object = {}) =>
    new PineconeEmbeddings({ apiKey: 'offline', baseUrl: emulator.url, ...fields })
  return { emulator, theirs, ours }
}

const texts = (count: number) => Array.from({ length: count }, (_, i) => `text ${i}`)

const sent = ({ requests }: Emulator) =>
  requests.map(({ body }) => {
    const { inputs, parameters } = body as { inputs: unknown[]; parameters: { input_type: string } }
    return [inputs.length, parameters.input_type]
  })

it('the vectors are the same', async () => {
  const { theirs, ours } = await both()
  expect(await ours().embedDocuments(['a', 'b'])).toEqual(await theirs().embedDocuments(['a', 'b']))
  expect(await ours().embedQuery('a')).toEqual(await theirs().embedQuery('a'))
})

describe('200 documents', () => {
  it('theirs: one request, which the service refuses', async () => {
    const { emulator, theirs } = await both()
    await expect(theirs({ maxRetries: 0 }).embedDocuments(texts(200))).rejects.toThrow(/96/)
    expect(sent(emulator)).toEqual([[200, 'passage']])
  })
  it('ours: as many as it takes', async () => {
    const { emulator, ours } = await both()
    expect(await ours().embedDocuments(texts(200))).toHaveLength(200)
    expect(sent(emulator).sort()).toEqual([
      [8, 'passage'],
      [96, 'passage'],
      [96, 'passage'],
    ])
  })
})

describe('documents after a query', () => {
  it('theirs: embedded as queries', async () => {
    const { emulator, theirs } = await both()
    const embeddings = theirs()
    await embeddings.embedDocuments(['a'])
    await embeddings.embedQuery('q')
    await embeddings.embedDocuments(['a'])
    expect(sent(emulator).map(([, inputType]) => inputType)).toEqual(['passage', 'query', 'query'])
  })
  it('ours: passages', async () => {
    const { emulator, ours } = await both()
    const embeddings = ours()
    await embeddings.embedQuery('q')
    await embeddings.embedDocuments(['a'])
    expect(sent(emulator).map(([, inputType]) => inputType)).toEqual(['query', 'passage'])
  })
})

describe('an input type of your own', () => {
  it('theirs: overwritten', async () => {
    const { emulator, theirs } = await both()
    await theirs({ params: { inputType: 'query' } }).embedDocuments(['a'])
    expect(sent(emulator)).toEqual([[1, 'passage']])
  })
  it('ours: kept', async () => {
    const { emulator, ours } = await both()
    await ours({ documentParameters: { inputType: 'query' } }).embedDocuments(['a'])
    expect(sent(emulator)).toEqual([[1, 'query']])
  })
})

describe('a sparse model', () => {
  const model = 'pinecone-sparse-english-v0'
  it('theirs: no vectors for the texts, and no error', async () => {
    const { theirs } = await both()
    expect(await theirs({ model }).embedDocuments(['a word', 'another'])).toEqual([])
    expect(await theirs({ model }).embedQuery('a word')).toEqual([])
  })
  it('ours: refused when built; PineconeSparseEmbeddings has it', async () => {
    const { emulator, ours } = await both()
    expect(() => ours({ model })).toThrow(/sparse/)
    const sparse = new PineconeSparseEmbeddings({ apiKey: 'offline', baseUrl: emulator.url, model })
    expect(await sparse.embedDocuments(['a word', 'another'])).toHaveLength(2)
  })
})

describe('no documents', () => {
  it('theirs: throws', async () => {
    await expect((await both()).theirs().embedDocuments([])).rejects.toThrow(/At least one document/)
  })
  it('ours: nothing, and no request', async () => {
    const { emulator, ours } = await both()
    expect(await ours().embedDocuments([])).toEqual([])
    expect(emulator.requests).toEqual([])
  })
})

describe('an empty text among the documents', () => {
  it('theirs: sent', async () => {
    const { emulator, theirs } = await both()
    await theirs({ maxRetries: 0 }).embedDocuments(['a', ''])
    expect(sent(emulator)).toEqual([[2, 'passage']])
  })
  it('ours: refused by its place before anything is sent', async () => {
    const { emulator, ours } = await both()
    await expect(ours().embedDocuments(['a', ''])).rejects.toThrow(/inputs\[1\]/)
    expect(emulator.requests).toEqual([])
  })
})

describe('a key that is given, but not in the environment', () => {
  it('theirs: throws', async () => {
    const { theirs } = await both()
    vi.stubEnv('PINECONE_API_KEY', undefined)
    expect(() => theirs()).toThrow(/PINECONE_API_KEY/)
  })
  it('ours: used', async () => {
    const { ours } = await both()
    vi.stubEnv('PINECONE_API_KEY', undefined)
    expect(await ours().embedQuery('a')).toHaveLength(1024)
  })
})

describe('a request that the service refuses with 400', () => {
  it('theirs: tried again', async () => {
    const { emulator, theirs } = await both()
    emulator.faults.add({ fault: { kind: 'status', status: 400 } })
    await expect(theirs({ maxRetries: 1 }).embedDocuments(['a'])).rejects.toThrow()
    expect(emulator.requests).toHaveLength(2)
  })
  it('ours: not', async () => {
    const { emulator, ours } = await both()
    emulator.faults.add({ fault: { kind: 'status', status: 400 } })
    await expect(ours().embedDocuments(['a'])).rejects.toMatchObject({ name: 'PineconeInvalidRequestError' })
    expect(emulator.requests).toHaveLength(1)
  })
})

describe('429 with a Retry-After of a minute', () => {
  it('theirs: tried again before it is over', async () => {
    const { emulator, theirs } = await both()
    emulator.faults.add({ times: 1, fault: { kind: 'status', status: 429, retryAfter: 60 } })
    await theirs({ maxRetries: 1 }).embedDocuments(['a'])
    expect(emulator.requests.map(({ status }) => status)).toEqual([429, 200])
  })
  it('ours: waits for it, until the caller has enough', async () => {
    const { emulator, ours } = await both()
    emulator.faults.add({ fault: { kind: 'status', status: 429, retryAfter: 60 } })
    const abort = new AbortController()
    const call = ours().embedDocuments(['a'], { signal: abort.signal })
    const waiting = await nextRetry()
    abort.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    expect(waiting.error).toMatchObject({ retryAfterMs: 60_000 })
    expect(emulator.requests).toHaveLength(1)
  })
})

describe('an answer with two vectors for three texts', () => {
  it('theirs: two vectors', async () => {
    const { emulator, theirs } = await both()
    emulator.faults.add({ fault: { kind: 'malformed', as: 'wrong-count' } })
    expect(await theirs().embedDocuments(['a', 'b', 'c'])).toHaveLength(2)
  })
  it('ours: an error', async () => {
    const { emulator, ours } = await both()
    emulator.faults.add({ fault: { kind: 'malformed', as: 'wrong-count' } })
    await expect(ours({ maxRetries: 0 }).embedDocuments(['a', 'b', 'c'])).rejects.toMatchObject({
      name: 'PineconeResponseError',
    })
  })
})

describe('the cases of its own tests', () => {
  it('pass with ours: defaults, documents and queries, an empty query, an unknown model', async () => {
    const { ours } = await both()
    expect(ours().model).toBe('multilingual-e5-large')
    expect(await ours().embedDocuments(['hello', 'world'])).toHaveLength(2)
    expect(await ours().embedQuery('hello')).toHaveLength(1024)
    await expect(ours({ model: 'invalid-model' }).embedQuery('hello')).rejects.toThrow()
  })

  it('differ: the wording for an empty query, names and values of parameters', async () => {
    const { ours } = await both()
    await expect(ours().embedQuery('')).rejects.toMatchObject({ argument: 'query' })
    expect(await ours({ model: 'invalid-model' }).embedDocuments([])).toEqual([])
    const embeddings = ours()
    await embeddings.embedQuery('hello')
    expect(embeddings.documentParameters).toEqual({ inputType: 'passage' })
    expect(embeddings.queryParameters).toEqual({ inputType: 'query' })
    const customParam = { customParam: 'value' }
    expect(() => ours({ params: customParam })).toThrow(/documentParameters/)
    expect(ours({ documentParameters: customParam }).documentParameters).toEqual({
      inputType: 'passage',
      ...customParam,
    })
  })
})
