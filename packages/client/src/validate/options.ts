import type { CallOptions, EmbedAllOptions, EmbedStreamOptions } from '../api/call-options.js'
import { asWritten, kindOf } from '../errors/as-written.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'

/** The names of all options of an interface; the compiler requires each one. */
export type NamesOf<Options> = { readonly [Name in keyof Options]-?: true }

/**
 * Refuses an unknown option: if a `baseURL` were silently dropped, texts and key would go to the wrong place. An
 * undefined value counts as absent.
 *
 * @param owner what the options belong to, as the caller knows it: `PineconeInference`, `embedAll`
 * @param path where the options are in the call, if they are nested: `rateLimit`
 * @throws PineconeConfigurationError for an unknown name, with the closest known name, and for options that are not an
 * object
 */
export function checkOptions<Options extends object>(
  given: Options | undefined,
  names: Readonly<Record<string, true>>,
  owner: string,
  path?: string,
): void {
  if (given === undefined) return
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new PineconeConfigurationError(
      path ?? 'options',
      `${path ? 'is' : `of ${owner} are`} ${asWritten(given)}; must be an object`,
    )
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(names, name)) continue
    const right = rightName(name, names)
    throw new PineconeConfigurationError(
      path ? `${path}.${name}` : name,
      `is not an option of ${owner}${right ? `; did you mean ${right}?` : ''}`,
      right ? undefined : Object.keys(names),
    )
  }
}

/** What other libraries, and older versions of LangChain and LlamaIndex, call our options; lower case, without `_`. */
const NAMES_ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  abort: ['signal'],
  abortsignal: ['signal'],
  additionalheaders: ['headers'],
  agent: ['dispatcher'],
  chunksize: ['batchSize'],
  concurrency: ['maxConcurrency'],
  controllerhost: ['baseUrl'],
  controllerhosturl: ['baseUrl'],
  defaultheaders: ['headers'],
  dimensions: ['dimension'],
  docs: ['documents'],
  embedbatchsize: ['batchSize'],
  embeddingsize: ['dimension'],
  endpoint: ['baseUrl'],
  extraheaders: ['headers'],
  fetchapi: ['fetch'],
  fields: ['rankFields'],
  host: ['baseUrl'],
  input: ['inputs'],
  k: ['topN', 'topK'],
  limit: ['topN', 'topK'],
  maxbatchsize: ['batchSize'],
  maxparallelcalls: ['maxConcurrency'],
  maxretry: ['maxRetries'],
  minscore: ['scoreThreshold'],
  modelid: ['model'],
  modelname: ['model'],
  outputdimension: ['dimension'],
  outputdimensionality: ['dimension'],
  passageparameters: ['documentParameters'],
  passages: ['inputs', 'documents'],
  pinecone: ['client'],
  pineconeapikey: ['apiKey'],
  progresscallback: ['onProgress'],
  proxy: ['dispatcher'],
  retries: ['maxRetries'],
  sparseencoder: ['sparseEmbeddings'],
  texts: ['inputs', 'documents'],
  threshold: ['scoreThreshold'],
  topk: ['topN'],
  topn: ['topK'],
  url: ['baseUrl'],
}

/** What belongs in `parameters`; lower case, without `_`. */
const PARAMETERS: Readonly<Record<string, string>> = {
  dimension: 'dimension',
  dimensions: 'dimension',
  inputtype: 'inputType',
  // From Cohere's API v1 (https://docs.cohere.com/v1/reference/rerank). Here only the retired cohere-rerank-3.5 accepts
  // it.
  maxchunksperdoc: 'maxTokensPerDoc',
  maxtokensperdoc: 'maxTokensPerDoc',
  maxtokenspersequence: 'maxTokensPerSequence',
  outputdimension: 'dimension',
  outputdimensionality: 'dimension',
  returntokens: 'returnTokens',
  tasktype: 'inputType',
  truncate: 'truncate',
}

function rightName(name: string, names: Readonly<Record<string, true>>): string | undefined {
  const known = Object.keys(names)
  const plain = plainName(name)
  return (
    known.find((one) => plainName(one) === plain) ??
    NAMES_ELSEWHERE[plain]?.find((one) => one in names) ??
    amongParameters(plain, names) ??
    known.find((one) => distance(plainName(one), plain) <= Math.floor(plain.length / 4))
  )
}

/** Adapters have separate parameters for documents and queries. */
function amongParameters(plain: string, names: Readonly<Record<string, true>>): string | undefined {
  const places = ['parameters', 'documentParameters', 'queryParameters'].filter((one) => one in names)
  const parameter = PARAMETERS[plain]
  if (places.length === 0) return undefined
  if (plain === 'params' || plain === 'parameters') return places.join(' or ')
  return parameter && places.map((place) => `${place}.${parameter}`).join(' or ')
}

/** Lower case, without `_`. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** The Levenshtein distance: how many letters to change, add or remove. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...to].entries()) {
      const [left = 0, above = 0, diagonal = 0] = [next[j], row[j + 1], row[j]]
      next.push(Math.min(left + 1, above + 1, diagonal + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row[to.length] ?? 0
}

const CALL: NamesOf<CallOptions> = { signal: true, timeout: true, headers: true, onResponse: true }
const EMBED_ALL: NamesOf<EmbedAllOptions> = { ...CALL, onProgress: true, batchSize: true, onError: true }
const EMBED_STREAM: NamesOf<EmbedStreamOptions> = { ...CALL, batchSize: true, drain: true, onError: true }
const OPTIONS_OF = {
  embed: CALL,
  embedAll: EMBED_ALL,
  embedStream: EMBED_STREAM,
  rerank: CALL,
  rerankAll: CALL,
  listModels: CALL,
  getModel: CALL,
}

/** A method of the client. */
export type Method = keyof typeof OPTIONS_OF

/** Options that a method does not have are refused by name first. */
type AnyOptions = CallOptions & { drain?: unknown; onError?: unknown; onProgress?: unknown }

export function checkCallOptions(method: Method, options: AnyOptions): void {
  checkOptions(options, OPTIONS_OF[method], method)
  if (options.timeout !== undefined) checkMilliseconds('timeout', options.timeout)
  checkSignal('signal', options.signal)
  checkHeaders(options.headers)
  checkListener('onResponse', options.onResponse)
  checkListener('onProgress', options.onProgress)
  checkSignal('drain', options.drain)
  checkOnError(options.onError)
}

function checkOnError(onError: unknown): void {
  if (onError === undefined || onError === 'throw' || onError === 'collect') return
  throw new PineconeConfigurationError('onError', `is ${asWritten(onError)}`, ['throw', 'collect'])
}

export function checkSignal(argument: string, signal: unknown): void {
  checkMethods(argument, signal, 'an AbortSignal', ['addEventListener', 'throwIfAborted'])
}

/** Checks for methods, because the value may come from another realm, or be of the caller's own class. */
export function checkMethods(
  argument: string,
  value: unknown,
  kind: string,
  methods: readonly string[],
): void {
  if (value === undefined) return
  const missing = methods.find((method) => typeof Object(value)[method] !== 'function')
  if (missing !== undefined) {
    throw new PineconeConfigurationError(argument, `must be ${kind}; it has no method ${missing}`)
  }
}

export function checkListener(argument: string, listener: unknown): void {
  if (listener !== undefined && typeof listener !== 'function') {
    throw new PineconeConfigurationError(argument, `is ${asWritten(listener)}; it must be a function`)
  }
}

/** The longest delay that a Node.js timer accepts; a longer one fires at once (https://nodejs.org/api/timers.html). */
const MAX_TIMER = 2 ** 31 - 1

export function checkMilliseconds(argument: string, value: unknown): void {
  if (typeof value !== 'number' || !(value > 0) || value > MAX_TIMER) {
    throw new PineconeConfigurationError(
      argument,
      `is ${asWritten(value)}; it must be milliseconds above 0, at most ${MAX_TIMER}`,
    )
  }
}

export function checkBatchSize(batchSize: unknown, limit?: { max: number; model: string }): void {
  if (batchSize === undefined) return
  const max = limit?.max ?? Number.POSITIVE_INFINITY
  if (!Number.isInteger(batchSize) || Number(batchSize) < 1 || Number(batchSize) > max) {
    const range = limit ? `from 1 to ${max}, the limit of ${limit.model} for one request` : 'of at least 1'
    throw new PineconeConfigurationError(
      'batchSize',
      `is ${asWritten(batchSize)}; it must be a whole number ${range}`,
    )
  }
}

const OWN_HEADERS = new Set([
  'api-key',
  'x-pinecone-api-version',
  'user-agent',
  'content-type',
  'content-length',
  'transfer-encoding',
  'connection',
  'host',
])

/** Refuses headers that cannot be sent, or that the client sets itself. */
export function checkHeaders(headers: unknown): void {
  if (headers === undefined) return
  if (typeof headers !== 'object' || headers === null) {
    throw new PineconeConfigurationError('headers', 'must be an object of names and values')
  }
  // A `Headers` or a `Map` has no own properties, so nothing of it would be sent.
  if (!Array.isArray(headers) && Symbol.iterator in headers) {
    throw new PineconeConfigurationError(
      'headers',
      `is a ${headers.constructor?.name ?? 'list'}; pass Object.fromEntries(headers)`,
    )
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) {
      throw new PineconeConfigurationError(
        'headers',
        `has the name ${JSON.stringify(name)}, which is not a header name`,
      )
    }
    if (OWN_HEADERS.has(name.toLowerCase())) {
      throw new PineconeConfigurationError(`headers.${name}`, 'is set by the client itself')
    }
    if (typeof value !== 'string') {
      throw new PineconeConfigurationError(`headers.${name}`, `is ${kindOf(value)}; it must be a string`)
    }
    const problem = headerProblem(value)
    if (problem) throw new PineconeConfigurationError(`headers.${name}`, problem)
  }
}

/**
 * Why a text cannot be a header value, which may hold visible Latin-1 characters, spaces and tabs (RFC 9110, 5.5).
 * Shows only the character at fault, because the value may be a secret.
 */
export function headerProblem(value: string): string | undefined {
  if (/[\r\n]\s*$/.test(value)) return 'ends in a line break, which an HTTP header cannot hold'
  const at = value.search(/[^\t\x20-\x7e\x80-\xff]/)
  if (at < 0) return undefined
  const code = value.codePointAt(at)?.toString(16).toUpperCase().padStart(4, '0')
  return `has the character U+${code} at position ${at}, which an HTTP header cannot hold`
}
