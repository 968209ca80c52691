import { execFile } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { context, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  PineconeInference,
  type RequestEndEvent,
  type RequestRetryEvent,
  type RequestStartEvent,
  type UsageReport,
} from '../dist/index.js'
import { E5, embedAnswer, errorBody, json, rerankAnswer, scriptedApi, texts } from './scripted-api.js'

function listen<E>(event: 'start' | 'end' | 'retry'): E[] {
  const heard: E[] = []
  const listener = (message: unknown) => void heard.push(message as E)
  const name = `pinecone-inference:request:${event}`
  subscribe(name, listener)
  onTestFinished(() => void unsubscribe(name, listener))
  return heard
}

const failingOnce = () =>
  scriptedApi((request, response, number) => {
    response.setHeader('x-pinecone-request-id', `req-${number}`)
    return number === 1
      ? json(response, 503, errorBody(503, 'UNAVAILABLE', 'later'), { 'retry-after': '0.001' })
      : embedAnswer(request)
  })

describe('the diagnostics channels', () => {
  it('tell of each attempt’s start and end, and of retries', async () => {
    const [starts, ends, retries] = [
      listen<RequestStartEvent>('start'),
      listen<RequestEndEvent>('end'),
      listen<RequestRetryEvent>('retry'),
    ]
    const api = await failingOnce()
    await api.client().embed({ ...E5, inputs: ['a', 'b'] })

    const { host } = new URL(api.url)
    const callId = starts[0]?.request.callId
    expect(callId).toEqual(expect.any(Number))
    const request = { method: 'POST', path: '/embed', host, model: E5.model, inputType: 'passage', callId }
    expect(starts).toEqual([{ request: { ...request, attempt: 1 } }, { request: { ...request, attempt: 2 } }])
    expect(ends).toEqual([
      {
        request: starts[0]?.request,
        latencyMs: expect.any(Number),
        error: expect.objectContaining({ status: 503 }),
        status: 503,
        requestId: 'req-1',
      },
      {
        request: starts[1]?.request,
        latencyMs: expect.any(Number),
        usage: { totalTokens: 2 },
        status: 200,
        requestId: 'req-2',
      },
    ])
    const again = { error: ends[0]?.error, delayMs: 1, status: 503, requestId: 'req-1' }
    expect(retries).toEqual([{ request: starts[0]?.request, ...again }])
    expect(ends[0]?.request).toBe(starts[0]?.request)
  })

  it('an id ties the attempts of a call together, and tells calls apart', async () => {
    const starts = listen<RequestStartEvent>('start')
    const api = await scriptedApi(embedAnswer)
    const client = api.client()
    await client.embedAll({ ...E5, inputs: texts(200) })
    await client.embed({ ...E5, inputs: ['a'] })
    const ids = starts.map(({ request }) => request.callId)
    expect(ids).toHaveLength(4)
    expect(new Set(ids.slice(0, 3)).size).toBe(1)
    expect(ids[3]).not.toBe(ids[0])
  })

  it('carry no key and no text', async () => {
    const heard = [...[listen('start'), listen('end'), listen('retry')]]
    const api = await failingOnce()
    await api.client({ apiKey: 'pcsk_very-secret' }).embed({ ...E5, inputs: ['private words'] })
    const all = JSON.stringify(heard)
    expect(all).toContain('/embed')
    expect(all).not.toContain('very-secret')
    expect(all).not.toContain('private words')
  })
})

describe('NODE_DEBUG=pinecone-inference', () => {
  it('tells of requests, retries, usage and request ids on the standard error, and no texts or keys', async () => {
    const api = await failingOnce()
    const program = `
      import { PineconeInference } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)}
      const client = new PineconeInference({ apiKey: 'pcsk_very-secret', baseUrl: '${api.url}' })
      await client.embed({ model: 'multilingual-e5-large', inputs: ['private words'], parameters: { inputType: 'passage' } })
      await client.close()`
    const run = (NODE_DEBUG: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
        env: { NODE_DEBUG },
      })
    const { stderr } = await run('pinecone-inference')
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => line.replace(/^PINECONE-INFERENCE \d+: /, ''))
    const title = 'call 1: POST /embed multilingual-e5-large, attempt'
    expect(lines).toEqual([
      `${title} 1: 1 input`,
      expect.stringMatching(
        `^${title} 1: PineconeServerError 503 UNAVAILABLE after \\d+ ms, request id req-1$`,
      ),
      `${title} 1: retry in 1 ms, after PineconeServerError 503 UNAVAILABLE`,
      `${title} 2: 1 input`,
      expect.stringMatching(`^${title} 2: 200 in \\d+ ms, 1 totalTokens, request id req-2$`),
    ])
    expect((await run('http')).stderr).not.toContain('PINECONE')
  })
})

describe('onUsage', () => {
  it('reports what each answer cost, and the total', async () => {
    const api = await scriptedApi((request) =>
      request.path === '/rerank' ? rerankAnswer(request) : embedAnswer(request),
    )
    const reports: UsageReport[] = []
    const client = api.client({ maxConcurrency: 1, onUsage: (report) => reports.push(report) })
    await client.embedAll({ ...E5, inputs: texts(100) })
    await client.rerank({ model: 'bge-reranker-v2-m3', query: 'q', documents: ['a 0.1'] })
    expect(reports).toEqual([
      {
        model: E5.model,
        requestedModel: E5.model,
        totalTokens: 96,
        rerankUnits: 0,
        total: { requests: 1, totalTokens: 96, rerankUnits: 0 },
      },
      {
        model: E5.model,
        requestedModel: E5.model,
        totalTokens: 4,
        rerankUnits: 0,
        total: { requests: 2, totalTokens: 100, rerankUnits: 0 },
      },
      {
        model: 'bge-reranker-v2-m3',
        requestedModel: 'bge-reranker-v2-m3',
        totalTokens: 0,
        rerankUnits: 1,
        total: { requests: 3, totalTokens: 100, rerankUnits: 1 },
      },
    ])
  })

  it('that throws loses no answer', async () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warning.mockRestore())
    const api = await scriptedApi(embedAnswer)
    const client = api.client({
      onUsage() {
        throw new Error('meter broken')
      },
    })
    expect((await client.embed({ ...E5, inputs: ['a'] })).data).toHaveLength(1)
    expect(warning).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'meter broken' }))
  })
})

describe('where OpenTelemetry is installed', () => {
  const spans = new InMemorySpanExporter()
  const exported = new InMemoryMetricExporter(AggregationTemporality.DELTA)
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader] })

  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
    )
    metrics.setGlobalMeterProvider(provider)
  })
  beforeEach(async () => {
    await reader.forceFlush()
    exported.reset()
    spans.reset()
  })
  afterAll(async () => {
    trace.disable()
    metrics.disable()
    context.disable()
    await provider.shutdown()
  })

  async function measured() {
    await reader.forceFlush()
    return exported.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  }

  it('the requests of a client that is used at once are all there', async () => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client()
    await Promise.all(texts(8).map((text) => client.embed({ ...E5, inputs: [text] })))
    expect(spans.getFinishedSpans()).toHaveLength(8)
  })

  it('a request is one span over all its attempts, under the caller’s, and one duration', async () => {
    const api = await failingOnce()
    await trace.getTracer('test').startActiveSpan('caller', async (caller) => {
      await api.client().embed({ ...E5, inputs: ['a', 'b'] })
      caller.end()
    })
    const [span, caller] = spans.getFinishedSpans()
    expect(span).toMatchObject({
      name: 'embeddings multilingual-e5-large',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.provider.name': 'pinecone',
        'gen_ai.request.model': 'multilingual-e5-large',
        'gen_ai.response.model': 'multilingual-e5-large',
        'gen_ai.embeddings.dimension.count': 1024,
        'gen_ai.usage.input_tokens': 2,
        'http.response.status_code': 200,
        'pinecone.request.batch_size': 2,
        'pinecone.request.id': 'req-2',
      },
      events: [
        {
          name: 'pinecone.retry',
          attributes: {
            'error.type': 'PineconeServerError',
            'http.request.resend_count': 1,
            'http.response.status_code': 503,
            'pinecone.retry.delay_ms': 1,
          },
        },
      ],
    })
    expect(span?.parentSpanContext?.spanId).toBe(caller?.spanContext().spanId)

    const [duration, tokens, ...others] = await measured()
    expect(others).toEqual([])
    expect(duration).toMatchObject({
      descriptor: {
        name: 'gen_ai.client.operation.duration',
        unit: 's',
        description: expect.stringMatching(/./),
      },
      dataPoints: [
        { value: { count: 1, buckets: { boundaries: expect.arrayContaining([0.01, 0.02, 40.96, 81.92]) } } },
      ],
    })
    expect(tokens).toMatchObject({
      descriptor: {
        name: 'gen_ai.client.token.usage',
        unit: '{token}',
        description: expect.stringMatching(/./),
      },
      dataPoints: [{ value: { sum: 2, buckets: { boundaries: expect.arrayContaining([1, 4, 67108864]) } } }],
    })
    expect(Object.keys(duration?.dataPoints[0]?.attributes ?? {}).sort()).toEqual([
      'gen_ai.operation.name',
      'gen_ai.provider.name',
      'gen_ai.request.model',
      'gen_ai.response.model',
      'server.address',
      'server.port',
    ])
  })

  it('a request that fails, or is aborted, is an error in the span and the duration', async () => {
    const failing = await scriptedApi((_, response) => json(response, 400, errorBody(400, 'INVALID', 'no')))
    await expect(failing.client().embed({ ...E5, inputs: ['a'] })).rejects.toThrow()

    const abort = new AbortController()
    const silent = await scriptedApi(() => undefined)
    const aborted = silent
      .client()
      .rerank({ model: 'bge-reranker-v2-m3', query: 'q', documents: ['a'] }, { signal: abort.signal })
    await vi.waitUntil(() => silent.inFlight === 1)
    abort.abort('enough')
    await expect(aborted).rejects.toBe('enough')

    expect(spans.getFinishedSpans()).toMatchObject([
      {
        status: { code: SpanStatusCode.ERROR, message: 'PineconeInvalidRequestError 400' },
        attributes: { 'error.type': 'PineconeInvalidRequestError', 'http.response.status_code': 400 },
      },
      {
        name: 'rerank bge-reranker-v2-m3',
        status: { code: SpanStatusCode.ERROR },
        attributes: { 'error.type': '_OTHER' },
      },
    ])
    const duration = (await measured())[0]
    expect(duration?.dataPoints.map(({ attributes }) => attributes['error.type'])).toEqual([
      'PineconeInvalidRequestError',
      '_OTHER',
    ])
  })

  it.each([
    ['undici', {}],
    ['fetch', { fetch }],
  ])('while a request is on the wire its span is the active one, with %s', async (_, options) => {
    const active: (string | undefined)[] = []
    const listener = () => void active.push(trace.getActiveSpan()?.spanContext().spanId)
    subscribe('undici:request:create', listener)
    onTestFinished(() => void unsubscribe('undici:request:create', listener))
    const api = await scriptedApi(embedAnswer)
    await api.client(options).embed({ ...E5, inputs: ['a'] })
    expect(active).toEqual([spans.getFinishedSpans()[0]?.spanContext().spanId])
  })

  it('a request is one span, and counted once, however many copies of this package are loaded', async () => {
    const api = await scriptedApi(embedAnswer)
    const ofImport = api.client()
    const { PineconeInference: Required } = createRequire(import.meta.url)('../dist/index.cjs') as {
      PineconeInference: typeof PineconeInference
    }
    await using ofRequire = new Required({ apiKey: 'k', baseUrl: api.url })
    expect(ofRequire).not.toBeInstanceOf(ofImport.constructor)

    await ofImport.embed({ ...E5, inputs: ['a', 'b'] })
    await ofRequire.embed({ ...E5, inputs: ['c'] })
    expect(spans.getFinishedSpans().map(({ attributes }) => attributes['gen_ai.usage.input_tokens'])).toEqual(
      [2, 1],
    )
    const tokens = (await measured()).find(
      ({ descriptor }) => descriptor.name === 'gen_ai.client.token.usage',
    )
    expect(tokens?.dataPoints).toMatchObject([{ value: { count: 2, sum: 3 } }])
  })

  it('names the server by address and port', async () => {
    const answer = async () => Response.json({ models: [] })
    const ask = async (baseUrl: string) => {
      await using client = new PineconeInference({ apiKey: 'k', baseUrl, fetch: answer })
      await client.listModels()
      const { attributes } = spans.getFinishedSpans().at(-1) ?? {}
      return [attributes?.['server.address'], attributes?.['server.port']]
    }
    expect(await ask('https://api.pinecone.io')).toEqual(['api.pinecone.io', 443])
    expect(await ask('http://localhost')).toEqual(['localhost', 80])
    expect(await ask('http://127.0.0.1:5090')).toEqual(['127.0.0.1', 5090])
    expect(await ask('http://[::1]:5090')).toEqual(['::1', 5090])
  })
})
