import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import {
  PineconeApiError,
  PineconeAuthenticationError,
  PineconeConfigurationError,
  PineconeInvalidRequestError,
  type StreamedEmbedding,
} from '../dist/index.js'
import { E5, embedAnswer, errorBody, event, json, scriptedApi, texts, vectorOf } from './scripted-api.js'

async function collect(stream: AsyncIterable<StreamedEmbedding>) {
  const got: StreamedEmbedding[] = []
  let error: unknown
  try {
    for await (const item of stream) got.push(item)
  } catch (failure) {
    error = failure
  }
  return { got, error }
}

function* counted(count: number, pulled: { count: number; returned?: boolean }) {
  try {
    for (let i = 0; i < count; i++) {
      pulled.count++
      yield `text number ${i}`
    }
  } finally {
    pulled.returned = true
  }
}

describe('embedStream', () => {
  it('yields each text’s vector in input order, from a plain iterable', async () => {
    const api = await scriptedApi(embedAnswer)
    const { got, error } = await collect(api.client().embedStream({ ...E5, inputs: texts(500) }))
    expect(error).toBeUndefined()
    expect(got).toEqual(
      texts(500).map((text, index) => ({
        index,
        embedding: { vectorType: 'dense', values: vectorOf(text) },
        model: E5.model,
      })),
    )
  })

  it('takes an async source and embeds what it gave when it ends early', async () => {
    const api = await scriptedApi(embedAnswer)
    async function* source() {
      yield* texts(100)
    }
    const { got } = await collect(api.client().embedStream({ ...E5, inputs: source() }))
    expect(got.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('pulls no more input than its window has room for while nobody reads', async () => {
    const api = await scriptedApi(embedAnswer)
    const pulled = { count: 0 }
    const stream = api.client({ maxConcurrency: 2 }).embedStream({ ...E5, inputs: counted(100_000, pulled) })
    await stream.next()
    await vi.waitUntil(() => api.requests.length === 8 && api.inFlight === 0)
    expect(pulled.count).toBe(8 * 96)
    await stream.return()
    expect(pulled).toMatchObject({ returned: true })
  })

  it('continues while the consumer is busy', async () => {
    const api = await scriptedApi(embedAnswer)
    const stream = api.client({ maxConcurrency: 1 }).embedStream({ ...E5, inputs: texts(96 * 3) })
    await stream.next()
    await vi.waitUntil(() => api.requests.length === 3)
    await stream.return()
  })

  it('yields everything before a fault, then the fault with its inputs', async () => {
    const api = await scriptedApi((request, response) =>
      request.body.inputs[0].text === 'text number 192'
        ? json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'bad'))
        : embedAnswer(request),
    )
    const { got, error } = await collect(api.client().embedStream({ ...E5, inputs: texts(1000) }))
    expect(got).toHaveLength(192)
    expect(error).toBeInstanceOf(PineconeInvalidRequestError)
    expect(error).toMatchObject({ inputRange: [192, 288] })
    const after = (error as PineconeInvalidRequestError).partial?.data as StreamedEmbedding[]
    expect(after.length).toBeGreaterThan(0)
    for (const { index, embedding } of after) {
      expect(index).toBeGreaterThanOrEqual(288)
      expect(embedding).toEqual({ vectorType: 'dense', values: vectorOf(`text number ${index}`) })
    }
  })

  it('retries a batch before the fault to its end', async () => {
    let failedOnce = false
    const api = await scriptedApi((request, response) => {
      const first = request.body.inputs[0].text
      if (first === 'text number 0' && !failedOnce) {
        failedOnce = true
        return json(response, 503, errorBody(503, 'UNAVAILABLE', 'later'), { 'retry-after': '0.001' })
      }
      if (first === 'text number 96') return json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'bad'))
      return embedAnswer(request)
    })
    const { got, error } = await collect(api.client().embedStream({ ...E5, inputs: texts(192) }))
    expect(got).toHaveLength(96)
    expect(error).toMatchObject({ inputRange: [96, 192] })
  })

  it('yields the part of a halved batch that comes before the text that cannot pass', async () => {
    const api = await scriptedApi((request, response) =>
      request.body.inputs.some(({ text }: { text: string }) => text === 'text number 150')
        ? json(response, 413, errorBody(413, 'INVALID_ARGUMENT', 'Payload Too Large'))
        : embedAnswer(request),
    )
    const { got, error } = await collect(api.client().embedStream({ ...E5, inputs: texts(300) }))
    expect(got.map(({ index }) => index)).toEqual(Array.from({ length: 150 }, (_, i) => i))
    expect(error).toMatchObject({ inputRange: [150, 151] })
  })

  it('with onError collect yields the inputs of a failed request in their place, and continues', async () => {
    const api = await scriptedApi((request, response) => {
      const held = request.body.inputs.map(({ text }: { text: string }) => text)
      if (held[0] === 'text number 192') {
        return json(response, 503, errorBody(503, 'UNAVAILABLE', 'not now'))
      }
      return held.includes('text number 700')
        ? json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'not this one'))
        : embedAnswer(request)
    })
    const items: { index: number; error?: unknown; embedding?: unknown }[] = []
    const client = api.client({ maxRetries: 0 })
    const stream = client.embedStream({ ...E5, inputs: texts(1000) }, { onError: 'collect' })
    for await (const item of stream) items.push(item)
    expect(items.map(({ index }) => index)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    const failed = items.filter(({ error }) => error instanceof PineconeApiError)
    expect(failed.map(({ index }) => index)).toEqual([...Array.from({ length: 96 }, (_, i) => 192 + i), 700])
    expect(items[999]).toMatchObject({ embedding: { values: vectorOf('text number 999') } })
  })

  it.each([
    ['here and there', (i: number) => i % 50 === 7],
    ['in a long row', (i: number) => i > 9 && i < 1300],
    ['first and last', (i: number) => i === 0 || i === 1499],
    ['only', () => true],
  ])('with onError collect yields empty texts in their place, and sends none: %s', async (_, isEmpty) => {
    const api = await scriptedApi(embedAnswer)
    const inputs = texts(1500).map((text, i) => (isEmpty(i) ? '' : text))
    const got: unknown[] = []
    for await (const item of api.client().embedStream({ ...E5, inputs }, { onError: 'collect' })) {
      const { index } = item
      if ('error' in item) got.push([index, item.error.verdict, item.error.inputRange])
      else got.push([index, item.embedding.vectorType === 'dense' && item.embedding.values[0]])
    }
    expect(got).toEqual(
      inputs.map((text, i) => (text === '' ? [i, 'input', [i, i + 1]] : [i, vectorOf(text)[0]])),
    )
    const sent = inputs.filter((text) => text !== '').length
    expect(api.requests.length).toBeLessThanOrEqual(Math.ceil(sent / 96) + 2)
  })

  it('with onError collect names each input in its own place after empty ones', async () => {
    const api = await scriptedApi((request, response) =>
      request.body.inputs.some(({ text }: { text: string }) => text === 'text number 50')
        ? json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'not this one'))
        : embedAnswer(request),
    )
    const inputs = texts(90).map((text, i) => (i % 10 === 3 ? '' : text))
    const failed: number[] = []
    for await (const item of api.client().embedStream({ ...E5, inputs }, { onError: 'collect' })) {
      if (item.embedding) {
        expect(item.embedding).toMatchObject({ values: vectorOf(`text number ${item.index}`) })
      } else {
        failed.push(item.index)
        expect(item.error.inputRange).toEqual([item.index, item.index + 1])
      }
    }
    expect(failed).toEqual([3, 13, 23, 33, 43, 50, 53, 63, 73, 83])
  })

  it('with onError collect still ends at a key that is refused', async () => {
    const api = await scriptedApi((_request, response) =>
      json(response, 401, errorBody(401, 'UNAUTHENTICATED', 'no')),
    )
    const stream = api.client().embedStream({ ...E5, inputs: texts(10) }, { onError: 'collect' })
    await expect(stream.next()).rejects.toBeInstanceOf(PineconeAuthenticationError)
  })

  it('with onError collect ends once the client is closed, however long its source', async () => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client({ maxConcurrency: 1 })
    function* endless() {
      for (;;) yield 'text'
    }
    const stream = client.embedStream({ ...E5, inputs: endless() }, { onError: 'collect' })
    await stream.next()
    await client.close()
    const { error } = await collect(stream as AsyncGenerator<StreamedEmbedding>)
    expect(error).toMatchObject({
      name: 'PineconeConnectionError',
      code: expect.stringMatching(/CLOSED|DESTROYED/),
    })
  })

  it('with onError collect carries no failure with what was finished after a refused key', async () => {
    const third = event()
    const api = await scriptedApi(async (request, response) => {
      const first = request.body.inputs[0].text
      if (first === 'text number 96') return json(response, 503, errorBody(503, 'UNAVAILABLE', 'no'))
      if (first === 'text number 192') {
        response.on('close', third.happen)
        return embedAnswer(request)
      }
      await third.happened
      return json(response, 401, errorBody(401, 'UNAUTHENTICATED', 'no'))
    })
    const stream = api
      .client({ maxConcurrency: 2, maxRetries: 0 })
      .embedStream({ ...E5, inputs: texts(200) }, { onError: 'collect' })
    const error = await stream.next().catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(PineconeAuthenticationError)
    const after = (error as PineconeAuthenticationError).partial?.data as StreamedEmbedding[]
    expect(after.map(({ index }) => index)).toEqual(Array.from({ length: 8 }, (_, i) => 192 + i))
  })

  it('leaves a source’s own failure as it is; another bulk call’s, with positions of its own, becomes the cause', async () => {
    const api = await scriptedApi((request, response) =>
      request.body.inputs[0].text === 'bad'
        ? json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'bad'))
        : embedAnswer(request),
    )
    const client = api.client()
    const failureOf = (call: Promise<unknown>) => call.catch((error: unknown) => error)
    const [single, bulk] = await Promise.all([
      failureOf(client.embed({ ...E5, inputs: ['bad'] })),
      failureOf(client.embedAll({ ...E5, inputs: ['good', 'bad'] }, { batchSize: 1 })),
    ])
    const streamOf = (failure: unknown) => {
      function* source() {
        yield* texts(10)
        throw failure
      }
      return collect(client.embedStream({ ...E5, inputs: source() }))
    }
    const [afterSingle, afterBulk] = await Promise.all([streamOf(single), streamOf(bulk)])
    expect(afterSingle.got).toHaveLength(10)
    expect(afterSingle.error).toBe(single)
    expect(afterBulk.got).toHaveLength(10)
    expect(afterBulk.error).toMatchObject({ cause: bulk, inputRange: [10, 11], verdict: 'input' })
    expect(afterBulk.error).not.toHaveProperty('partial.data')
    expect(bulk).toMatchObject({ inputRange: [1, 2], partial: { data: [{ index: 0 }] } })
  })

  it('passes on the source’s own failure after what the source gave', async () => {
    const api = await scriptedApi(embedAnswer)
    const broken = new Error('disk')
    function* source() {
      yield* texts(100)
      throw broken
    }
    const { got, error } = await collect(api.client().embedStream({ ...E5, inputs: source() }))
    expect(got).toHaveLength(100)
    expect(error).toBe(broken)
  })

  it('yields what came before an empty text, then names it', async () => {
    const api = await scriptedApi(embedAnswer)
    const { got, error } = await collect(api.client().embedStream({ ...E5, inputs: ['a', 'b', '', 'd'] }))
    expect(got.map(({ index }) => index)).toEqual([0, 1])
    expect(error).toBeInstanceOf(PineconeConfigurationError)
    expect(error).toMatchObject({ argument: 'inputs[2]', inputRange: [2, 3] })
  })

  it('cancels what is on the wire when the consumer leaves the loop', async () => {
    const api = await scriptedApi((request, _response, number) =>
      number === 1 ? embedAnswer(request) : undefined,
    )
    const pulled = { count: 0 }
    for await (const { index } of api
      .client({ maxConcurrency: 3 })
      .embedStream({ ...E5, inputs: counted(10_000, pulled) })) {
      if (index === 10 && api.requests.length >= 3) break
      if (index === 10) await vi.waitUntil(() => api.requests.length >= 3)
      if (index === 11) break
    }
    await vi.waitUntil(() => api.inFlight === 0)
    expect(pulled).toMatchObject({ returned: true })
  })

  it('rejects at once on an abort while a source gives nothing', async () => {
    const api = await scriptedApi(embedAnswer)
    const abort = new AbortController()
    async function* silent(): AsyncGenerator<string> {
      await new Promise(() => {})
    }
    const stream = api.client().embedStream({ ...E5, inputs: silent() }, { signal: abort.signal })
    const next = stream.next()
    abort.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
  })

  it('sends nothing of what a source gives after the abort, and ends the source', async () => {
    const api = await scriptedApi(embedAnswer)
    const abort = new AbortController()
    const asked = event()
    const giving = event()
    const ended = vi.fn()
    async function* late() {
      try {
        asked.happen()
        await giving.happened
        yield 'too late'
        yield 'and more'
      } finally {
        ended()
      }
    }
    const stream = api.client().embedStream({ ...E5, inputs: late() }, { signal: abort.signal, batchSize: 1 })
    const next = stream.next()
    await asked.happened
    abort.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
    giving.happen()
    await vi.waitUntil(() => ended.mock.calls.length > 0)
    expect(api.requests).toEqual([])
  })

  it('a source that fails when it is left disturbs nobody', async () => {
    const api = await scriptedApi(embedAnswer)
    const left = vi.fn()
    function* source() {
      try {
        for (;;) yield 'text'
      } finally {
        left()
        // biome-ignore lint/correctness/noUnsafeFinally: what a source's clean-up may do
        throw new Error('the file is closed already')
      }
    }
    for await (const { index } of api.client().embedStream({ ...E5, inputs: source() })) {
      if (index === 3) break
    }
    await vi.waitUntil(() => left.mock.calls.length > 0)
    // an unhandled rejection would be told of by now, and fail the run
    await new Promise((resolve) => setImmediate(resolve))
  })
})

it('a stream of a model that the service does not know ends with the names it does know', async () => {
  const api = await scriptedApi((request, response) =>
    request.path === '/models?type=embed'
      ? { models: [] }
      : json(response, 404, errorBody(404, 'NOT_FOUND', 'no such model')),
  )
  const { error } = await collect(api.client().embedStream({ model: 'acme-embad', inputs: texts(2) }))
  expect(error).toMatchObject({ argument: 'model', allowed: [] })
})

describe('drain', () => {
  const indices = (count: number) => Array.from({ length: count }, (_, index) => index)

  it('sends nothing more, yields what is on the wire, in order, and ends the stream and its source', async () => {
    const released = event()
    const api = await scriptedApi(async (request) => {
      await released.happened
      return embedAnswer(request)
    })
    const drain = new AbortController()
    const pulled: { count: number; returned?: boolean } = { count: 0 }
    const client = api.client({ maxConcurrency: 2 })
    const collected = collect(
      client.embedStream({ ...E5, inputs: counted(100_000, pulled) }, { drain: drain.signal }),
    )
    await vi.waitUntil(() => api.requests.length === 2)
    drain.abort()
    released.happen()
    const { got, error } = await collected
    expect(error).toBeUndefined()
    expect(got.map(({ index }) => index)).toEqual(indices(192))
    expect(api.requests).toHaveLength(2)
    await vi.waitUntil(() => pulled.returned)
    expect(getEventListeners(drain.signal, 'abort')).toEqual([])
  })

  it('ends a wait for the next attempt, and yields what came before', async () => {
    const drain = new AbortController()
    const api = await scriptedApi((request, response) => {
      if (request.body.inputs[0].text !== 'text number 96') return embedAnswer(request)
      response.on('close', () => setImmediate(() => drain.abort()))
      return json(response, 503, errorBody(503, 'UNAVAILABLE', 'later'), { 'retry-after': '60' })
    })
    const stream = api.client().embedStream({ ...E5, inputs: texts(192) }, { drain: drain.signal })
    const { got, error } = await collect(stream)
    expect(error).toBeUndefined()
    expect(got.map(({ index }) => index)).toEqual(indices(96))
  })

  it('retries what waits for another attempt if a later answer is paid for, and yields both', async () => {
    const [drain, bothSent] = [new AbortController(), event()]
    const api = await scriptedApi(async (request, response) => {
      if (api.requests.length > 2) return embedAnswer(request)
      if (api.requests.length === 2) bothSent.happen()
      await bothSent.happened
      if (request.body.inputs[0].text !== 'text number 0') return embedAnswer(request)
      response.on('close', () => setImmediate(() => drain.abort()))
      return json(response, 503, errorBody(503, 'UNAVAILABLE', 'later'), { 'retry-after': '1' })
    })
    const stream = api
      .client({ maxConcurrency: 2 })
      .embedStream({ ...E5, inputs: texts(192) }, { drain: drain.signal })
    const { got, error } = await collect(stream)
    expect(error).toBeUndefined()
    expect(got.map(({ index }) => index)).toEqual(indices(192))
    expect(api.requests).toHaveLength(3)
  })

  it('waits no longer once everything after it has failed', async () => {
    const [drain, drained] = [new AbortController(), event()]
    drain.signal.addEventListener('abort', () => drained.happen())
    const api = await scriptedApi(async (request, response) => {
      if (request.body.inputs[0].text === 'text number 96') await drained.happened
      else response.on('close', () => setImmediate(() => drain.abort()))
      return json(response, 503, errorBody(503, 'UNAVAILABLE', 'later'), { 'retry-after': '60' })
    })
    const stream = api.client().embedStream({ ...E5, inputs: texts(192) }, { drain: drain.signal })
    expect(await collect(stream)).toEqual({ got: [], error: undefined })
    expect(api.requests).toHaveLength(2)
  })

  it('ends a stream that waits for what the service says of its model', async () => {
    const drain = new AbortController()
    const api = await scriptedApi((_request, response) => {
      response.on('close', () => setImmediate(() => drain.abort()))
      return json(response, 503, errorBody(503, 'UNAVAILABLE', 'later'), { 'retry-after': '60' })
    })
    const inputs = texts(2)
    const stream = api.client().embedStream({ model: 'new', inputs }, { drain: drain.signal })
    expect(await collect(stream)).toEqual({ got: [], error: undefined })
    expect(api.requests).toHaveLength(1)
  })

  it('ends a stream whose source gives nothing', async () => {
    const api = await scriptedApi(embedAnswer)
    const drain = new AbortController()
    async function* silent(): AsyncGenerator<string> {
      yield 'text number 0'
      drain.abort()
      await new Promise(() => {})
    }
    const stream = api.client().embedStream({ ...E5, inputs: silent() }, { drain: drain.signal })
    expect(await collect(stream)).toEqual({ got: [], error: undefined })
  })

  it('that was aborted before sends nothing', async () => {
    const api = await scriptedApi(embedAnswer)
    const stream = api.client().embedStream({ ...E5, inputs: texts(5) }, { drain: AbortSignal.abort() })
    expect(await collect(stream)).toEqual({ got: [], error: undefined })
    expect(api.requests).toEqual([])
  })

  it('gives way to an abort, which rejects at once', async () => {
    const api = await scriptedApi(() => undefined)
    const [drain, abort] = [new AbortController(), new AbortController()]
    const stream = api
      .client()
      .embedStream({ ...E5, inputs: texts(500) }, { drain: drain.signal, signal: abort.signal })
    const next = stream.next()
    await vi.waitUntil(() => api.requests.length > 0)
    drain.abort()
    abort.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
  })

  it('must be a signal', async () => {
    const api = await scriptedApi(embedAnswer)
    // @ts-expect-error: not a signal
    const stream = api.client().embedStream({ ...E5, inputs: ['a'] }, { drain: true })
    await expect(stream.next()).rejects.toMatchObject({ argument: 'drain' })
  })
})
