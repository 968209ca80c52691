import type { CallOptions, EmbedAllOptions, EmbedStreamOptions } from '../api/call-options.js'
import { asWritten } from '../errors/as-written.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { checkHeaders } from './headers.js'
import { checkOptions, type NamesOf } from './options.js'

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

/** What not every method has is absent here: it was refused by its name. */
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

export function checkSignal(argument: string, signal: unknown): void {
  checkMethods(argument, signal, 'an AbortSignal', ['addEventListener', 'throwIfAborted'])
}

/** Goes by its methods, because it may be of another realm, or a class of the caller's own. */
export function checkMethods(
  argument: string,
  value: unknown,
  kind: string,
  methods: readonly string[],
): void {
  if (value === undefined) return
  const missing = methods.find((method) => typeof Object(value)[method] !== 'function')
  if (missing !== undefined) {
    throw new PineconeConfigurationError(argument, `must be ${kind}; it has no function ${missing}`)
  }
}

function checkOnError(onError: unknown): void {
  if (onError === undefined || onError === 'throw' || onError === 'collect') return
  throw new PineconeConfigurationError('onError', `is ${asWritten(onError)}`, ['throw', 'collect'])
}

export function checkListener(argument: string, listener: unknown): void {
  if (listener !== undefined && typeof listener !== 'function') {
    throw new PineconeConfigurationError(argument, `is ${asWritten(listener)}; it must be a function`)
  }
}

/** The longest delay a Node.js timer takes; a longer one fires at once (https://nodejs.org/api/timers.html). */
const MAX_TIMER = 2 ** 31 - 1

export function checkMilliseconds(argument: string, value: unknown): void {
  if (typeof value !== 'number' || !(value > 0) || value > MAX_TIMER) {
    throw new PineconeConfigurationError(
      argument,
      `is ${asWritten(value)}; it must be milliseconds above 0, at most ${MAX_TIMER}`,
    )
  }
}

export function checkBatchSize(batchSize: unknown, limit?: { most: number; model: string }): void {
  if (batchSize === undefined) return
  const most = limit?.most ?? Number.POSITIVE_INFINITY
  if (!Number.isInteger(batchSize) || Number(batchSize) < 1 || Number(batchSize) > most) {
    const range = limit
      ? `from 1 to ${most}, the most that ${limit.model} takes in a request`
      : 'of at least 1'
    throw new PineconeConfigurationError(
      'batchSize',
      `is ${asWritten(batchSize)}; it must be a whole number ${range}`,
    )
  }
}
