import fc from 'fast-check'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type CollectedEmbedResult,
  type EmbedProgress,
  type EmbedResult,
  PineconeConfigurationError,
  type PineconeInference,
  PineconeInferenceError,
} from '../dist/index.js'
import { E5, embedAnswer, errorBody, event, json, scriptedApi, texts, vectorOf } from './scripted-api.js'

beforeEach(() => {
  // No backoff: the waits between attempts are drawn from 0 to their longest.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  return () => vi.restoreAllMocks()
})

const dense = (text: string) => ({ vectorType: 'dense', values: vectorOf(text) })

describe('embedAll', () => {
  it('splits 1,000 texts at the model’s 96 and returns 1,000 vectors in order, whichever answer comes first', async () => {
    const held: (() => void)[] = []
    const api = await scriptedApi(async (request, _response, number) => {
      // Every second answer waits until a later one has gone out.
      if (number % 2 === 1 && number < 11) await new Promise<void>((resolve) => held.push(resolve))
      else held.shift()?.()
      return embedAnswer(request)
    })
    const inputs = texts(1000)
    const result = await api.client().embedAll({ ...E5, inputs })

    expect(result.data).toEqual(inputs.map(dense))
    expect(result.usage.totalTokens).toBe(1000)
    expect(result).toMatchObject({ model: 'multilingual-e5-large', vectorType: 'dense' })
    expect(api.requests.map((request) => request.body.inputs.length).sort((a, b) => b - a)).toEqual([
      ...Array(10).fill(96),
      40,
    ])
  })

  it('has at most maxConcurrency requests in flight and a free slot takes the next batch at once', async () => {
    const open: (() => void)[] = []
    const api = await scriptedApi(async (request) => {
      await new Promise<void>((resolve) => open.push(resolve))
      return embedAnswer(request)
    })
    const bulk = api.client({ maxConcurrency: 3 }).embedAll({ ...E5, inputs: texts(96 * 8) })
    await vi.waitUntil(() => open.length === 3)
    // The slowest of the first group never holds back the others: two slots take all the rest.
    const [slowest, ...others] = open.splice(0)
    for (const answer of others) answer()
    for (let answered = 3; answered < 8; answered++) {
      await vi.waitUntil(() => open.length > 0)
      open.shift()?.()
    }
    await vi.waitUntil(() => api.requests.length === 8 && api.inFlight === 1)
    slowest?.()
    expect((await bulk).data).toHaveLength(96 * 8)
    expect(api.mostInFlight).toBe(3)
    // one to spare, so that the next request need not wait until the last answer is read to its end
    expect(api.connections).toBeLessThanOrEqual(4)
  })

  it('reports progress after each batch', async () => {
    const api = await scriptedApi(embedAnswer)
    const progress: EmbedProgress[] = []
    await api
      .client({ maxConcurrency: 1 })
      .embedAll({ ...E5, inputs: texts(200) }, { onProgress: (step) => progress.push(step) })
    expect(progress).toEqual([
      { done: 96, total: 200, usage: { totalTokens: 96 } },
      { done: 192, total: 200, usage: { totalTokens: 192 } },
      { done: 200, total: 200, usage: { totalTokens: 200 } },
    ])
  })

  it('loses nothing when onProgress throws, and warns of it', async () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warning.mockRestore())
    const api = await scriptedApi(embedAnswer)
    const onProgress = () => {
      throw new Error('ui gone')
    }
    expect((await api.client().embedAll({ ...E5, inputs: texts(200) }, { onProgress })).data).toHaveLength(
      200,
    )
    expect(warning).toHaveBeenCalledTimes(3)
  })

  it('refuses an onProgress that cannot be called before it sends anything', async () => {
    const api = await scriptedApi(embedAnswer)
    // @ts-expect-error: not a function
    const call = api.client().embedAll({ ...E5, inputs: texts(200) }, { onProgress: 'yes' })
    await expect(call).rejects.toMatchObject({ argument: 'onProgress' })
    expect(api.requests).toHaveLength(0)
  })

  it('keeps a request under 2 MB', async () => {
    const api = await scriptedApi(embedAnswer)
    const inputs = Array.from({ length: 9 }, (_, i) => `${i}${'é'.repeat(250_000)}`)
    await api.client().embedAll({ ...E5, inputs })
    for (const { headers } of api.requests) expect(Number(headers['content-length'])).toBeLessThan(2_000_000)
    expect(api.requests.length).toBe(3)
  })

  it('honours a smaller batchSize and refuses one over the model’s limit', async () => {
    const api = await scriptedApi(embedAnswer)
    await api.client().embedAll({ ...E5, inputs: texts(5) }, { batchSize: 2 })
    expect(api.requests.map((request) => request.body.inputs.length).sort()).toEqual([1, 2, 2])
    await expect(api.client().embedAll({ ...E5, inputs: texts(5) }, { batchSize: 97 })).rejects.toMatchObject(
      {
        argument: 'batchSize',
      },
    )
  })

  it('returns nothing for nothing and sends nothing', async () => {
    const api = await scriptedApi(embedAnswer)
    expect(await api.client().embedAll({ ...E5, inputs: [] })).toMatchObject({
      data: [],
      usage: { totalTokens: 0 },
    })
    expect(api.requests).toHaveLength(0)
  })

  it('refuses a bad text anywhere before it sends anything, naming it', async () => {
    const api = await scriptedApi(embedAnswer)
    const inputs = [...texts(500), '', ...texts(500)]
    await expect(api.client().embedAll({ ...E5, inputs })).rejects.toMatchObject({
      argument: 'inputs[500]',
      inputRange: [500, 501],
    })
    expect(api.requests).toHaveLength(0)
  })

  it('says which inputs failed, and carries what was finished', async () => {
    const api = await scriptedApi((request, response) => {
      if (request.body.inputs[0].text === 'text number 96') {
        return json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'no such luck'))
      }
      return embedAnswer(request)
    })
    const error = await api
      .client({ maxConcurrency: 2 })
      .embedAll({ ...E5, inputs: texts(960) })
      .catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(PineconeInferenceError)
    const { inputRange, partial } = error as PineconeInferenceError
    expect(inputRange).toEqual([96, 192])
    const finished = partial?.data as { index: number; embedding: unknown }[]
    expect(finished.slice(0, 96).map(({ index }) => index)).toEqual(Array.from({ length: 96 }, (_, i) => i))
    for (const { index, embedding } of finished) expect(embedding).toEqual(dense(`text number ${index}`))
    expect(partial?.usage).toEqual({ totalTokens: finished.length })
    expect(api.requests.length).toBeLessThan(10)
  })

  it('says how often the failed request was sent, whatever else was waiting', async () => {
    const api = await scriptedApi((_request, response) =>
      json(response, 503, errorBody(503, 'UNAVAILABLE', 'no'), { 'retry-after': '0.001' }),
    )
    const call = api.client({ maxConcurrency: 1, maxRetries: 2 }).embedAll({ ...E5, inputs: texts(960) })
    await expect(call).rejects.toMatchObject({ attempts: 3 })
  })

  it('lets what is on the wire finish after a failure, since it is paid for', async () => {
    let answerFirst = () => {}
    const api = await scriptedApi(async (request, response) => {
      if (request.body.inputs[0].text !== 'text number 0') {
        json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'bad'))
        answerFirst()
        return
      }
      await new Promise<void>((resolve) => {
        answerFirst = resolve
      })
      return embedAnswer(request)
    })
    const error = await api
      .client()
      .embedAll({ ...E5, inputs: texts(192) })
      .catch((failure: unknown) => failure)
    expect((error as PineconeInferenceError).partial?.data).toHaveLength(96)
  })

  it.each<[string, object, object]>([
    [
      'data[0] has 1 dimension, but earlier answers have 2',
      { vector_type: 'dense', values: [1, 2] },
      { vector_type: 'dense', values: [1] },
    ],
    [
      'vector_type is sparse, but earlier answers have dense vectors',
      { vector_type: 'dense', values: [1, 2] },
      { vector_type: 'sparse', sparse_values: [1], sparse_indices: [2] },
    ],
  ])('refuses batches whose vectors do not match each other: %s', async (words, first, second) => {
    const model = 'a-model-of-any-type'
    const info = { model, short_description: '', type: 'embed', supported_parameters: [] }
    const api = await scriptedApi((request, _response, number) => {
      if (request.path === `/models/${model}`) return info
      const vector = number === 2 ? first : second
      return { ...embedAnswer(request), ...vector, data: request.body.inputs.map(() => vector) }
    })
    const client = api.client({ maxConcurrency: 1, maxRetries: 0 })
    await expect(client.embedAll({ model, inputs: texts(97) })).rejects.toThrow(words)
  })

  it('keeps every vector with its text for any number of texts, batch size and concurrency', async () => {
    const api = await scriptedApi(embedAnswer)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 5 }),
        async (inputs, batchSize, maxConcurrency) => {
          const { data } = await api.client({ maxConcurrency }).embedAll({ ...E5, inputs }, { batchSize })
          expect(data).toEqual(inputs.map(dense))
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('aborted with another call’s error', () => {
  const failed = async () => {
    const api = await scriptedApi((_request, response) =>
      json(response, 503, errorBody(503, 'UNAVAILABLE', 'no'), { 'retry-after': '0.001' }),
    )
    return await api
      .client({ maxRetries: 0 })
      .embedAll({ ...E5, inputs: ['a'] })
      .catch((error: PineconeInferenceError) => error)
  }

  it.each<[string, (client: PineconeInference, signal: AbortSignal) => Promise<unknown>]>([
    ['embed', (client, signal) => client.embed({ ...E5, inputs: ['b'] }, { signal })],
    ['embedAll', (client, signal) => client.embedAll({ ...E5, inputs: texts(500) }, { signal })],
    [
      'embedAll, collecting',
      (client, signal) => client.embedAll({ ...E5, inputs: texts(500) }, { signal, onError: 'collect' }),
    ],
    [
      'embedStream',
      async (client, signal) => {
        for await (const _ of client.embedStream({ ...E5, inputs: texts(500) }, { signal })) break
      },
    ],
    [
      'rerankAll',
      (client, signal) =>
        client.rerankAll({ model: 'bge-reranker-v2-m3', query: 'q', documents: texts(500) }, { signal }),
    ],
  ])('%s rejects with it as it was, and writes nothing into it', async (_, work) => {
    const reason = await failed()
    const before = { ...reason }
    const api = await scriptedApi(() => undefined)
    const abort = new AbortController()
    const call = work(api.client({ maxConcurrency: 1 }), abort.signal)
    await vi.waitUntil(() => api.inFlight === 1)
    abort.abort(reason)
    await expect(call).rejects.toBe(reason)
    expect({ ...reason }).toEqual(before)
  })

  it('an error without inputs or attempts gets none', async () => {
    const reason = new PineconeInferenceError('another program’s')
    const api = await scriptedApi(() => undefined)
    const abort = new AbortController()
    const call = api.client().embedAll({ ...E5, inputs: texts(500) }, { signal: abort.signal })
    await vi.waitUntil(() => api.inFlight > 0)
    abort.abort(reason)
    await expect(call).rejects.toBe(reason)
    expect(Object.keys(reason)).toEqual(Object.keys(new PineconeInferenceError('')))
    expect(reason.inputRange).toBeUndefined()
  })
})

describe('a model that is not in the built-in table', () => {
  const info = {
    model: 'acme-embed',
    short_description: 'an embedding model',
    type: 'embed',
    vector_type: 'dense',
    max_batch_size: 10,
    supported_dimensions: [1024],
    supported_metrics: ['Cosine'],
    supported_parameters: [],
  }
  const withModel = (known: object) =>
    scriptedApi((request, response) => {
      if (request.path === '/models/acme-embed') return known
      if (request.path === '/models?type=embed') return { models: [known] }
      if (request.path.startsWith('/models/'))
        return json(response, 404, errorBody(404, 'NOT_FOUND', 'no such model'))
      return embedAnswer(request)
    })

  it('is looked up once and split at its own limit', async () => {
    const api = await withModel(info)
    const client = api.client()
    const request = { model: 'acme-embed', inputs: texts(25) }
    await Promise.all([client.embedAll(request), client.embedAll(request)])
    await client.embedAll(request)
    expect(api.requests.filter(({ method }) => method === 'GET')).toHaveLength(1)
    expect(Math.max(...api.requests.map(({ body }) => body?.inputs.length ?? 0))).toBe(10)
  })

  it('is not looked up for one text', async () => {
    const api = await withModel(info)
    await api.client().embedAll({ model: 'acme-embed', inputs: ['one'] })
    expect(api.requests.map(({ path }) => path)).toEqual(['/embed'])
  })

  it('is refused before any embed request when the service does not know it, with the names it does know', async () => {
    const api = await withModel(info)
    const error = await api
      .client()
      .embedAll({ model: 'acme-embad', inputs: texts(2) })
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(PineconeConfigurationError)
    expect(error).toMatchObject({ argument: 'model', allowed: ['acme-embed'], cause: { status: 404 } })
    expect(api.requests.every(({ method }) => method === 'GET')).toBe(true)
  })

  it('has its dimensions and parameters checked by its own description', async () => {
    const api = await withModel({
      ...info,
      supported_parameters: [
        {
          parameter: 'input_type',
          type: 'one_of',
          value_type: 'string',
          required: true,
          allowed_values: ['query'],
        },
      ],
    })
    const client = api.client()
    await expect(client.embedAll({ model: 'acme-embed', inputs: texts(2) })).rejects.toMatchObject({
      argument: 'parameters.inputType',
      allowed: ['query'],
    })
    await expect(
      client.embedAll({
        model: 'acme-embed',
        inputs: texts(2),
        parameters: { inputType: 'query', dimension: 5 },
      }),
    ).rejects.toMatchObject({ argument: 'parameters.dimension', allowed: [1024] })
  })

  it('is looked up as long as a call waits for it, and no longer', async () => {
    const asked = event()
    const aborted = event()
    const api = await scriptedApi((request, response) => {
      if (request.method === 'POST') return embedAnswer(request)
      response.on('close', () => !response.writableFinished && aborted.happen())
      if (request.path === '/models/acme-embed') return asked.happened.then(() => info)
      return undefined
    })
    const client = api.client()
    const [first, second] = [new AbortController(), new AbortController()]
    const inputs = texts(2)
    const left = client.embedAll({ model: 'acme-embed', inputs }, { signal: first.signal })
    const kept = client.embedAll({ model: 'acme-embed', inputs })
    const alone = client.embedAll({ model: 'never-answered', inputs }, { signal: second.signal })
    await vi.waitUntil(() => api.requests.length === 2)
    first.abort(new Error('enough'))
    second.abort(new Error('enough'))
    await expect(left).rejects.toThrow('enough')
    await expect(alone).rejects.toThrow('enough')
    await aborted.happened
    asked.happen()
    expect((await kept).data).toHaveLength(2)
  })

  it('is looked up again after a look-up that failed', async () => {
    let up = false
    const api = await scriptedApi((request, response) => {
      if (request.method === 'POST') return embedAnswer(request)
      return up ? info : json(response, 403, errorBody(403, 'FORBIDDEN', 'not now'))
    })
    const client = api.client()
    await expect(client.embedAll({ model: 'acme-embed', inputs: texts(2) })).rejects.toMatchObject({
      status: 403,
    })
    up = true
    expect((await client.embedAll({ model: 'acme-embed', inputs: texts(2) })).data).toHaveLength(2)
  })
})

describe('a request refused as too large', () => {
  it.each([
    [413, 'Payload Too Large'],
    [400, 'Request payload size exceeds the limit: 2097152 bytes'],
    [400, 'The number of tokens exceeds the maximum of 2048'],
  ])('is halved until it passes: %i %s', async (status, message) => {
    const api = await scriptedApi((request, response) =>
      request.body.inputs.length > 20
        ? json(response, status, errorBody(status, 'INVALID_ARGUMENT', message))
        : embedAnswer(request),
    )
    const { data, usage } = await api.client().embedAll({ ...E5, inputs: texts(200) })
    expect(data).toEqual(texts(200).map(dense))
    expect(usage.totalTokens).toBe(200)
  })

  it('names the one text that cannot pass, and carries what did', async () => {
    const api = await scriptedApi((request, response) =>
      request.body.inputs.some(({ text }: { text: string }) => text === 'text number 70')
        ? json(response, 413, errorBody(413, 'INVALID_ARGUMENT', 'Payload Too Large'))
        : embedAnswer(request),
    )
    const error = await api
      .client()
      .embedAll({ ...E5, inputs: texts(96) })
      .catch((failure: unknown) => failure)
    expect(error).toMatchObject({ status: 413, inputRange: [70, 71] })
    const finished = (error as PineconeInferenceError).partial?.data.map(({ index }) => index) ?? []
    expect(finished.sort((a, b) => a - b)).toEqual(Array.from({ length: 70 }, (_, i) => i))
    // 96, 48, 48, 24, 12, 12 … : the halves on the way to one text, not all of them
    expect(api.requests.length).toBeLessThan(16)
  })

  it('of another kind is not halved', async () => {
    const api = await scriptedApi((_request, response) =>
      json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'unsupported input_type')),
    )
    await expect(api.client().embedAll({ ...E5, inputs: texts(96) })).rejects.toMatchObject({
      inputRange: [0, 96],
    })
    expect(api.requests).toHaveLength(1)
  })
})

describe("onError: 'collect'", () => {
  const failing = (first: string, status: number) =>
    scriptedApi((request, response) =>
      request.body.inputs[0].text === first
        ? json(response, status, errorBody(status, 'CODE', 'no'), { 'retry-after': '0.001' })
        : embedAnswer(request),
    )

  it('does the rest and returns vectors with gaps and the list of failures', async () => {
    const api = await failing('text number 192', 503)
    const client = api.client({ maxRetries: 0 })
    const result = await client.embedAll({ ...E5, inputs: texts(500) }, { onError: 'collect' })
    expect(result.failures).toEqual([{ inputRange: [192, 288], error: expect.any(PineconeInferenceError) }])
    expect(result.data).toEqual(texts(500).map((text, i) => (i >= 192 && i < 288 ? null : dense(text))))
    expect(result.usage.totalTokens).toBe(404)
  })

  it.each([400, 413, 422])(
    'finds the inputs that a request is refused for, and embeds the others: %i',
    async (status) => {
      const bad = new Set(['text number 0', 'text number 200', 'text number 201', 'text number 499'])
      const api = await scriptedApi((request, response) =>
        request.body.inputs.some(({ text }: { text: string }) => bad.has(text))
          ? json(response, status, errorBody(status, 'INVALID_ARGUMENT', 'not this one'))
          : embedAnswer(request),
      )
      const result = await api.client().embedAll({ ...E5, inputs: texts(500) }, { onError: 'collect' })
      expect(result.data).toEqual(texts(500).map((text) => (bad.has(text) ? null : dense(text))))
      expect(result.failures.map(({ inputRange }) => inputRange)).toEqual([
        [0, 1],
        [200, 201],
        [201, 202],
        [499, 500],
      ])
      expect(result.usage.totalTokens).toBe(496)
    },
  )

  it('ends where the model is not there: no input is at fault, and no other would fare better', async () => {
    const api = await scriptedApi((_request, response) =>
      json(response, 404, errorBody(404, 'NOT_FOUND', 'no such model')),
    )
    const call = api
      .client({ maxConcurrency: 1 })
      .embedAll({ ...E5, inputs: texts(960) }, { onError: 'collect' })
    await expect(call).rejects.toMatchObject({ inputRange: [0, 96], status: 404, verdict: 'setup' })
    expect(api.requests).toHaveLength(1)
  })

  it('lists the failures in input order, whichever came first', async () => {
    const second = event()
    const api = await scriptedApi(async (request, response) => {
      if (request.body.inputs[0].text === 'text number 0') await second.happened
      else response.on('close', second.happen)
      return json(response, 503, errorBody(503, 'UNAVAILABLE', 'no'))
    })
    const { failures } = await api
      .client({ maxConcurrency: 2, maxRetries: 0 })
      .embedAll({ ...E5, inputs: texts(100) }, { onError: 'collect' })
    expect(failures.map(({ inputRange }) => inputRange)).toEqual([
      [0, 96],
      [96, 100],
    ])
  })

  it('has only gaps where nothing could be embedded, and says what they would be', async () => {
    const model = 'pinecone-sparse-english-v0'
    const api = await scriptedApi((request, response) =>
      request.body.inputs[0].text === 'a'
        ? {
            model,
            vector_type: 'sparse',
            data: [{ sparse_values: [1], sparse_indices: [1] }],
            usage: { total_tokens: 0 },
          }
        : json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'no')),
    )
    const result = await api
      .client()
      .embedAll({ model, inputs: ['x', 'y'], parameters: { inputType: 'passage' } }, { onError: 'collect' })
    expect(result).toEqual({
      model,
      vectorType: 'sparse',
      data: [null, null],
      usage: { totalTokens: 0 },
      failures: [
        { inputRange: [0, 1], error: expect.any(PineconeInferenceError) },
        { inputRange: [1, 2], error: expect.any(PineconeInferenceError) },
      ],
    })
  })

  it.each([1, 2, 4, 5])(
    'of %i inputs, ends where the request is refused whichever it holds',
    async (count) => {
      const api = await scriptedApi((_request, response) =>
        json(response, 400, errorBody(400, 'INVALID_ARGUMENT', "unknown parameter 'inptType'")),
      )
      const call = api.client().embedAll({ ...E5, inputs: texts(count) }, { onError: 'collect' })
      await expect(call).rejects.toMatchObject({ verdict: 'setup', status: 400 })
      expect(api.requests.length).toBeLessThanOrEqual(10)
    },
  )

  it('ends where the service comes to refuse whatever it is sent, after it had accepted some', async () => {
    const api = await scriptedApi((request, response) =>
      api.requests.length > 3
        ? json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'plain HTTP was sent to an HTTPS port'))
        : embedAnswer(request),
    )
    const call = api.client().embedAll({ ...E5, inputs: texts(2_000) }, { onError: 'collect' })
    await expect(call).rejects.toMatchObject({
      verdict: 'setup',
      status: 400,
      partial: { usage: { totalTokens: 3 * 96 } },
    })
    expect(api.requests.length).toBeLessThan(40)
  })

  it('blames no input while it cannot find out whether the request itself is refused', async () => {
    const api = await scriptedApi((request, response) => {
      const isProbe = request.body.inputs[0].text === 'a'
      const [status, code] = isProbe ? ([503, 'UNAVAILABLE'] as const) : ([400, 'INVALID_ARGUMENT'] as const)
      return json(response, status, errorBody(status, code, 'no'))
    })
    const { data, failures } = await api
      .client({ maxRetries: 0 })
      .embedAll({ ...E5, inputs: texts(100) }, { onError: 'collect' })
    expect(data).toEqual(texts(100).map(() => null))
    expect(new Set(failures.map(({ error }) => error.verdict))).toEqual(new Set(['moment']))
    expect(failures[0]?.error.message).toContain('it is unknown whether the inputs are at fault')
  })

  it('stops looking where errors point once one has pointed at an input that is accepted', async () => {
    const api = await scriptedApi((request, response) =>
      request.body.inputs.some(({ text }: { text: string }) => text === 'text number 77')
        ? json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'Unexpected token at index 0'))
        : embedAnswer(request),
    )
    const { failures } = await api.client().embedAll({ ...E5, inputs: texts(96) }, { onError: 'collect' })
    expect(failures.map(({ inputRange }) => inputRange)).toEqual([[77, 78]])
    // 96, the first alone, 95, and halves of those
    expect(api.requests.length).toBeLessThan(20)
  })

  it('may be chosen at run time', async () => {
    const api = await scriptedApi(embedAnswer)
    for (const onError of ['throw', 'collect'] as const) {
      const result: EmbedResult | CollectedEmbedResult = await api
        .client()
        .embedAll({ ...E5, inputs: texts(1) }, { onError })
      expect('failures' in result).toBe(onError === 'collect')
    }
  })

  it('sends no empty text, and lists it among the failures', async () => {
    const api = await scriptedApi(embedAnswer)
    const inputs: unknown[] = [...texts(300), '']
    inputs[0] = ''
    inputs[100] = null
    inputs[101] = 5
    const progress: number[] = []
    const { data, failures } = await api
      .client()
      .embedAll(
        { ...E5, inputs: inputs as string[] },
        { onError: 'collect', onProgress: ({ done }) => progress.push(done) },
      )
    expect(data).toEqual(inputs.map((text) => (text && typeof text === 'string' ? dense(text) : null)))
    expect(failures.map(({ inputRange, error }) => [inputRange, error.verdict])).toEqual(
      [0, 100, 101, 300].map((index) => [[index, index + 1], 'input']),
    )
    expect(failures[1]?.error.message).toContain('inputs[100] is null')
    // no more requests than for as many texts without them
    expect(api.requests).toHaveLength(4)
    expect(progress.at(-1)).toBe(301)
  })

  it('names the neighbours of an empty text that fail with it, and not the empty one', async () => {
    const api = await failing('text number 0', 503)
    const inputs = texts(96).with(3, '')
    const { failures } = await api
      .client({ maxRetries: 0 })
      .embedAll({ ...E5, inputs }, { onError: 'collect' })
    expect(failures.map(({ inputRange }) => inputRange)).toEqual([
      [0, 3],
      [3, 4],
      [4, 96],
    ])
    expect(failures.map(({ error }) => error.verdict)).toEqual(['moment', 'input', 'moment'])
  })

  it('has an empty list when all went well', async () => {
    const api = await scriptedApi(embedAnswer)
    const { data, failures } = await api.client().embedAll({ ...E5, inputs: ['a'] }, { onError: 'collect' })
    expect(failures).toEqual([])
    expect(data).toEqual([dense('a')])
    expect(await api.client().embedAll({ ...E5, inputs: [] }, { onError: 'collect' })).toMatchObject({
      failures: [],
    })
  })

  it('gives up at once when the key is refused, as every request would be', async () => {
    const api = await failing('text number 0', 401)
    await expect(
      api.client({ maxConcurrency: 1 }).embedAll({ ...E5, inputs: texts(5000) }, { onError: 'collect' }),
    ).rejects.toMatchObject({ status: 401 })
    expect(api.requests.length).toBeLessThan(5)
  })

  it('is not what follows an abort', async () => {
    const api = await scriptedApi(() => undefined)
    const abort = new AbortController()
    const call = api
      .client()
      .embedAll({ ...E5, inputs: texts(5) }, { onError: 'collect', signal: abort.signal })
    await vi.waitUntil(() => api.inFlight === 1)
    abort.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })
})
