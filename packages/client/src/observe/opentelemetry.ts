import type { Attributes, MeterProvider, Span } from '@opentelemetry/api'
import { version } from '../version.js'
import { channels, type RequestAttempt, type RequestEndEvent, type RequestStartEvent } from './events.js'

let enabled: Promise<void> | undefined

/**
 * Where `@opentelemetry/api` is installed: a span per attempt and the client metrics, in the semantic
 * conventions for generative AI (https://opentelemetry.io/docs/specs/semconv/gen-ai/). Once per process, however many
 * copies of this package are loaded. One without metrics (before 1.3) is as good as none.
 */
export function enableOpenTelemetry(): Promise<void> {
  // Not installed by all: webpack would refuse to build without it.
  enabled ??= import(/* webpackIgnore: true */ '@opentelemetry/api').then(subscribe).catch(() => {})
  return enabled
}

const NAME = '@pinecone-inference/client'

/**
 * The channels that are listened to already. Both builds of this package, and other versions, share Node's channels,
 * so they share this too; a copy that finds no OpenTelemetry takes nothing from one that does.
 */
const LISTENED_TO = Symbol.for('@pinecone-inference/client:opentelemetry')

function isFirstToListen(): boolean {
  const shared: typeof globalThis & { [LISTENED_TO]?: WeakSet<object> } = globalThis
  shared[LISTENED_TO] ??= new WeakSet()
  if (shared[LISTENED_TO].has(channels.end)) return false
  shared[LISTENED_TO].add(channels.end)
  return true
}

function subscribe({ trace, metrics, SpanKind, SpanStatusCode }: typeof import('@opentelemetry/api')): void {
  const tracer = trace.getTracer(NAME, version)
  let instruments = instrumentsOf(metrics.getMeterProvider())
  if (!isFirstToListen()) return
  const spans = new WeakMap<RequestAttempt, Span>()

  channels.start.subscribe((event) => {
    const { request } = event as RequestStartEvent
    const attributes = attributesOf(request)
    const title = [attributes['gen_ai.operation.name'], request.model].filter(Boolean).join(' ')
    spans.set(request, tracer.startSpan(title, { kind: SpanKind.CLIENT, attributes }))
  })
  channels.end.subscribe((event) => {
    const { request, latencyMs, usage, error } = event as RequestEndEvent
    const attributes = attributesOf(request)
    if (error !== undefined) attributes['error.type'] = error instanceof Error ? error.name : typeof error
    const provider = metrics.getMeterProvider()
    // Unlike a tracer, a meter got before the provider was set stays silent.
    if (instruments.provider !== provider) instruments = instrumentsOf(provider)
    const { duration, tokens } = instruments
    duration.record(latencyMs / 1000, attributes)
    if (usage?.totalTokens !== undefined) {
      tokens.record(usage.totalTokens, { ...attributes, 'gen_ai.token.type': 'input' })
    }
    const span = spans.get(request)
    if (!span) return
    span.setAttributes(attributes)
    if (usage?.totalTokens !== undefined) span.setAttribute('gen_ai.usage.input_tokens', usage.totalTokens)
    if (usage?.rerankUnits !== undefined) span.setAttribute('pinecone.usage.rerank_units', usage.rerankUnits)
    if (error instanceof Error) span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
    span.end()
  })
}

function instrumentsOf(provider: MeterProvider) {
  const meter = provider.getMeter(NAME, version)
  return {
    provider,
    duration: meter.createHistogram('gen_ai.client.operation.duration', { unit: 's' }),
    tokens: meter.createHistogram('gen_ai.client.token.usage', { unit: '{token}' }),
  }
}

function attributesOf({ path, host, model, attempt }: RequestAttempt): Attributes {
  const { hostname, port } = new URL(`https://${host}`)
  return {
    'gen_ai.operation.name': operationOf(path),
    'gen_ai.provider.name': 'pinecone',
    'server.address': hostname.replace(/^\[|\]$/g, ''),
    'server.port': Number(port || 443),
    ...(model ? { 'gen_ai.request.model': model } : {}),
    ...(attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {}),
  }
}

function operationOf(path: string): string {
  if (path === '/embed') return 'embeddings'
  return path === '/rerank' ? 'rerank' : 'models'
}
