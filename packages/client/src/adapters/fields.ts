import type { EmbedModel, EmbedParametersOf } from '../api/embed.js'
import type { RerankModel, RerankParametersOf } from '../api/rerank.js'
import { PineconeInference } from '../client.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { callTimeout } from '../errors/no-answer.js'
import { CLIENT_OPTIONS, type PineconeInferenceOptions } from '../settings.js'
import { checkMethods, checkMilliseconds, checkSignal, type NamesOf } from '../validate/options.js'

/**
 * What every adapter accepts: either a client to share (one connection pool, one budget for everything), or options for
 * one of its own.
 */
export type ClientFields =
  | ({ client: PineconeInference } & { [O in keyof PineconeInferenceOptions]?: undefined })
  | ({ client?: undefined } & PineconeInferenceOptions)

/** The names of the fields. */
export const CLIENT_FIELDS: NamesOf<PineconeInferenceOptions & { client: unknown }> = {
  ...CLIENT_OPTIONS,
  client: true,
}

/** The client that an adapter uses. */
export interface OwnOrSharedClient {
  readonly client: PineconeInference
  /** Whether it was created for the adapter, which then has to close it. */
  readonly isOwn: boolean
}

/**
 * The client to use: the one passed in, or a new one created from the options.
 *
 * @param sourceTag of the adapter's framework, unless the fields name another
 * @throws PineconeConfigurationError for a `client` that is not a `PineconeInference`, or that is combined with client
 * options
 */
export function clientFrom(fields: ClientFields, sourceTag?: string): OwnOrSharedClient {
  const options: PineconeInferenceOptions = Object.fromEntries(
    Object.keys(CLIENT_OPTIONS)
      .map((name) => [name, fields[name as keyof PineconeInferenceOptions]] as const)
      .filter(([, value]) => value !== undefined),
  )
  checkMethods('client', fields.client, 'a PineconeInference', ['embedAll', 'rerankAll'])
  if (fields.client === undefined) {
    return { client: new PineconeInference({ ...(sourceTag ? { sourceTag } : {}), ...options }), isOwn: true }
  }
  const [unused] = Object.keys(options)
  if (unused !== undefined) {
    throw new PineconeConfigurationError(
      unused,
      'cannot be combined with client, which has its own; pass it to the client',
    )
  }
  return { client: fields.client, isOwn: false }
}

/** What every embedding adapter accepts. */
export type EmbeddingFields<M extends EmbedModel = EmbedModel> = ClientFields & {
  /** What to do with a text over the model's token limit: cut its end (default), cut its start, or refuse it. */
  truncate?: NonNullable<EmbedParametersOf<M>['truncate']> | undefined
  /** Texts per request, at most the model's limit. Default: the model's limit. */
  batchSize?: number | undefined
  /**
   * Text to send in place of an empty or blank one, such as `'(blank page)'`, which then has a vector like any other.
   * By default an empty text is refused, and a blank one is sent as it is.
   */
  blankAs?: string | undefined
  /** Parameters for documents. They override those above and `inputType: 'passage'`. */
  documentParameters?: EmbedParametersOf<M> | undefined
  /** Parameters for queries. They override those above and `inputType: 'query'`. */
  queryParameters?: EmbedParametersOf<M> | undefined
}

/** The names of the fields. */
export const EMBEDDING_FIELDS: NamesOf<EmbeddingFields & { model: unknown }> = {
  ...CLIENT_FIELDS,
  model: true,
  truncate: true,
  batchSize: true,
  blankAs: true,
  documentParameters: true,
  queryParameters: true,
}

/** What every reranking adapter accepts. */
export type RerankFields<M extends RerankModel = RerankModel, P = unknown> = ClientFields & {
  /** A rerank model. Default `bge-reranker-v2-m3`. */
  model?: M | undefined
  /** Keep only the best n. Default: all of them. */
  topN?: number | undefined
  /**
   * Fields to rank by: `text` is a document's own text, any other name a metadata field. Default `['text']`. Only these
   * are sent, as text. A document that has none of them comes last, with a score of 0, or with the lowest of all scores
   * if that is below 0.
   */
  rankFields?: readonly string[] | undefined
  /** Drop documents with a lower score (0 to 1 for the hosted models). Default: drop none. */
  scoreThreshold?: number | undefined
  /**
   * Model parameters. `truncate` defaults to `END` if the model has it: a document that is too long is cut, whereas
   * `NONE` refuses the whole request.
   */
  parameters?: RerankParametersOf<M, P> | undefined
}

/** The names of the fields. */
export const RERANK_FIELDS: NamesOf<RerankFields> = {
  ...CLIENT_FIELDS,
  model: true,
  topN: true,
  rankFields: true,
  scoreThreshold: true,
  parameters: true,
}

export interface RerankCallOptions {
  /** Overrides the reranker's own `topN`. */
  topN?: number | undefined
  /** Aborts the call; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds for the whole call, including retries. Default: no limit; each attempt still has its own. */
  timeout?: number | undefined
}

/** The names of a call's options. */
export const RERANK_CALL_OPTIONS: NamesOf<RerankCallOptions> = { topN: true, signal: true, timeout: true }

/** The entries that are not undefined. */
export function withoutUndefined<T extends object>(
  entries: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as T
}

/**
 * Runs a whole call, including retries, within a time limit. That is what `timeout` means in the frameworks; the
 * client's is for one attempt.
 *
 * @throws PineconeTimeoutError if the time is exceeded, with what was finished in `partial`
 */
export async function within<T>(
  { timeout, signal }: { timeout?: number | undefined; signal?: AbortSignal | undefined },
  call: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  checkSignal('signal', signal)
  if (timeout === undefined) return call(signal)
  checkMilliseconds('timeout', timeout)
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(callTimeout(timeout)), timeout)
  try {
    return await call(signal ? AbortSignal.any([signal, late.signal]) : late.signal)
  } finally {
    clearTimeout(timer)
  }
}
