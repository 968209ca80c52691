import type { Attributes, Histogram, MeterProvider, Span } from '@opentelemetry/api'
import { version } from '../version.js'
import type { RequestAttempt } from './events.js'

type Api = typeof import('@opentelemetry/api')

let loading: Promise<OpenTelemetry | undefined> | undefined

/** Where `@opentelemetry/api` 1 keeps what was registered (opentelemetry-js, api/src/internal/global-utils.ts). */
const REGISTERED = Symbol.for('opentelemetry.js.api.1')

/**
 * If the application has registered OpenTelemetry, with `@opentelemetry/api` 1.3 or newer: a span and the client
 * metrics for each request with all its attempts. Loaded once per copy of this package; the first request waits for it,
 * so that it is recorded too.
 */
export function openTelemetry(): Promise<OpenTelemetry | undefined> | undefined {
  if (!(REGISTERED in globalThis)) return undefined
  // Not installed everywhere: webpack would refuse to build without it.
  loading ??= import(/* webpackIgnore: true */ '@opentelemetry/api')
    .then((api) => {
      // Older versions have no metrics.
      api.metrics.getMeterProvider()
      return new OpenTelemetry(api)
    })
    .catch(() => undefined)
  return loading
}

const NAME = '@pinecone-inference/client'

/**
 * The client conventions for generative AI, from semantic-conventions-genai at 004902b, the last commit that defines
 * them for every operation (docs/gen-ai/gen-ai-metrics.md). The span of embeddings is the same in the later
 * docs/gen-ai/client-embeddings.md.
 */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864]

/** What is known about a request besides its attempts. */
export interface RequestContent {
  /** Texts or documents. */
  readonly batchSize?: number | undefined
  /** Numbers in a vector, as requested. */
  readonly dimension?: number | undefined
}

/** Facts about the answer. */
export interface AnswerFacts {
  readonly model?: string | undefined
  readonly dimension?: number | undefined
  readonly totalTokens?: number | undefined
  readonly rerankUnits?: number | undefined
  readonly requestId?: string | undefined
  readonly status?: number | undefined
}

export class OpenTelemetry {
  readonly #api: Api
  #instruments: { provider: MeterProvider; duration: Histogram; tokens: Histogram } | undefined

  constructor(api: Api) {
    this.#api = api
  }

  /** Starts the span of a request, with its first attempt. */
  begin(request: RequestAttempt, { batchSize, dimension }: RequestContent): RequestSpan {
    const { trace, SpanKind } = this.#api
    const attributes = attributesOf(request)
    const title = [attributes['gen_ai.operation.name'], request.model].filter(Boolean).join(' ')
    const span = trace.getTracer(NAME, version).startSpan(title, {
      kind: SpanKind.CLIENT,
      attributes: {
        ...attributes,
        'pinecone.call.id': request.callId,
        ...(batchSize === undefined ? {} : { 'pinecone.request.batch_size': batchSize }),
        ...(dimension === undefined ? {} : { 'gen_ai.embeddings.dimension.count': dimension }),
      },
    })
    return new RequestSpan(this.#api, span, attributes, () => this.#currentInstruments())
  }

  /** Unlike a tracer, a meter obtained before the provider was set stays silent. */
  #currentInstruments() {
    const provider = this.#api.metrics.getMeterProvider()
    if (this.#instruments?.provider !== provider) {
      const meter = provider.getMeter(NAME, version)
      this.#instruments = {
        provider,
        duration: meter.createHistogram('gen_ai.client.operation.duration', {
          description: 'GenAI operation duration.',
          unit: 's',
          advice: { explicitBucketBoundaries: SECONDS },
        }),
        tokens: meter.createHistogram('gen_ai.client.token.usage', {
          description: 'Number of input and output tokens used.',
          unit: '{token}',
          advice: { explicitBucketBoundaries: TOKENS },
        }),
      }
    }
    return this.#instruments
  }
}

/** One request and all its attempts. */
export class RequestSpan {
  readonly #api: Api
  readonly #span: Span
  readonly #attributes: Attributes
  readonly #instruments: () => { duration: Histogram; tokens: Histogram }
  readonly #began = performance.now()

  constructor(
    api: Api,
    span: Span,
    attributes: Attributes,
    instruments: () => { duration: Histogram; tokens: Histogram },
  ) {
    this.#api = api
    this.#span = span
    this.#attributes = attributes
    this.#instruments = instruments
  }

  /** The HTTP client's own span becomes a child of this one. */
  active<T>(send: () => T): T {
    const { context, trace } = this.#api
    return context.with(trace.setSpan(context.active(), this.#span), send)
  }

  retrying(attempt: number, delayMs: number | undefined, error: unknown): void {
    this.#span.addEvent('pinecone.retry', {
      'http.request.resend_count': attempt,
      'error.type': errorType(error),
      ...(delayMs === undefined ? {} : { 'pinecone.retry.delay_ms': delayMs }),
      ...(statusOf(error) === undefined ? {} : { 'http.response.status_code': statusOf(error) }),
    })
  }

  end(facts: AnswerFacts, error?: { readonly thrown: unknown }): void {
    const attributes = { ...this.#attributes }
    if (facts.model) attributes['gen_ai.response.model'] = facts.model
    if (error) attributes['error.type'] = errorType(error.thrown)
    this.#span.setAttributes(attributes)
    const more: [string, string | number | undefined][] = [
      ['gen_ai.embeddings.dimension.count', facts.dimension],
      ['gen_ai.usage.input_tokens', facts.totalTokens],
      ['pinecone.usage.rerank_units', facts.rerankUnits],
      ['pinecone.request.id', facts.requestId],
      ['http.response.status_code', facts.status],
    ]
    for (const [name, value] of more) if (value !== undefined) this.#span.setAttribute(name, value)
    if (error) {
      // Not the error's message: the service's words may quote a text.
      const message = [errorType(error.thrown), statusOf(error.thrown)].filter(Boolean).join(' ')
      this.#span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message })
    }
    this.#span.end()
    const { duration, tokens } = this.#instruments()
    duration.record((performance.now() - this.#began) / 1000, attributes)
    if (facts.totalTokens !== undefined) {
      tokens.record(facts.totalTokens, { ...attributes, 'gen_ai.token.type': 'input' })
    }
  }
}

function attributesOf({ path, host, model }: RequestAttempt): Attributes {
  const { hostname, port } = new URL(`https://${host}`)
  return {
    'gen_ai.operation.name': operationOf(path),
    'gen_ai.provider.name': 'pinecone',
    'server.address': hostname.replace(/^\[|\]$/g, ''),
    'server.port': Number(port || 443),
    ...(model ? { 'gen_ai.request.model': model } : {}),
  }
}

/** The conventions define no operation for reranking or for model look-ups: those two are our own. */
function operationOf(path: string): string {
  if (path === '/embed') return 'embeddings'
  return path === '/rerank' ? 'rerank' : 'models'
}

function errorType(error: unknown): string {
  return error instanceof Error ? error.name : '_OTHER'
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined
}
