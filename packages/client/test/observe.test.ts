import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { context, metrics, SpanStatusCode, trace } from '@opentelemetry/api'
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
  scriptedApi((request, response, number) =>
    number === 1
      ? json(response, 503, errorBody(503, 'UNAVAILABLE', 'later'), { 'retry-after': '0.001' })
      : embedAnswer(request),
  )

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
    const request = { method: 'POST', path: '/embed', host, model: E5.model, inputType: 'passage' }
    expect(starts).toEqual([{ request: { ...request, attempt: 1 } }, { request: { ...request, attempt: 2 } }])
    expect(ends).toEqual([
      {
        request: starts[0]?.request,
        latencyMs: expect.any(Number),
        error: expect.objectContaining({ status: 503 }),
      },
      { request: starts[1]?.request, latencyMs: expect.any(Number), usage: { totalTokens: 2 } },
    ])
    expect(retries).toEqual([{ request: starts[0]?.request, error: ends[0]?.error }])
    expect(ends[0]?.request).toBe(starts[0]?.request)
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
        totalTokens: 96,
        rerankUnits: 0,
        total: { requests: 1, totalTokens: 96, rerankUnits: 0 },
      },
      {
        model: E5.model,
        totalTokens: 4,
        rerankUnits: 0,
        total: { requests: 2, totalTokens: 100, rerankUnits: 0 },
      },
      {
        model: 'bge-reranker-v2-m3',
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

  /** The API is loaded when the first client is made. */
  async function loaded(): Promise<void> {
    await import('@opentelemetry/api')
    await new Promise((resolve) => setImmediate(resolve))
  }

  async function measured() {
    await reader.forceFlush()
    return exported.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  }

  it('each attempt is a span under the caller’s, and the client metrics are recorded', async () => {
    const api = await failingOnce()
    const client = api.client()
    await loaded()

    await trace.getTracer('test').startActiveSpan('caller', async (caller) => {
      await client.embed({ ...E5, inputs: ['a', 'b'] })
      caller.end()
    })

    const abort = new AbortController()
    const silent = await scriptedApi(() => undefined)
    const aborted = silent
      .client()
      .rerank({ model: 'bge-reranker-v2-m3', query: 'q', documents: ['a'] }, { signal: abort.signal })
    await vi.waitUntil(() => silent.inFlight === 1)
    abort.abort('enough')
    await expect(aborted).rejects.toBe('enough')

    const [failed, succeeded, caller, left] = spans.getFinishedSpans()
    expect(failed).toMatchObject({
      name: 'embeddings multilingual-e5-large',
      status: { code: SpanStatusCode.ERROR },
      attributes: {
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.provider.name': 'pinecone',
        'gen_ai.request.model': 'multilingual-e5-large',
        'error.type': 'PineconeServerError',
      },
    })
    expect(succeeded?.attributes).toMatchObject({
      'http.request.resend_count': 1,
      'gen_ai.usage.input_tokens': 2,
    })
    expect(left).toMatchObject({ name: 'rerank bge-reranker-v2-m3', attributes: { 'error.type': 'string' } })
    expect(succeeded?.parentSpanContext?.spanId).toBe(caller?.spanContext().spanId)

    expect((await measured()).map(({ descriptor }) => descriptor.name)).toEqual(
      expect.arrayContaining(['gen_ai.client.operation.duration', 'gen_ai.client.token.usage']),
    )
  })

  it('a request is one span, and counted once, however many copies of this package are loaded', async () => {
    const api = await scriptedApi(embedAnswer)
    const ofImport = api.client()
    const { PineconeInference: Required } = createRequire(import.meta.url)('../dist/index.cjs') as {
      PineconeInference: typeof PineconeInference
    }
    await using ofRequire = new Required({ apiKey: 'k', baseUrl: api.url })
    expect(ofRequire).not.toBeInstanceOf(ofImport.constructor)
    await loaded()

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
      await loaded()
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
