import { planLimits } from '../../../spec/rate-limits.js'
import type { RateLimit, SharedBudget } from './budget/budget.js'
import { asWritten, kindOf } from './errors/as-written.js'
import { PineconeConfigurationError } from './errors/configuration-error.js'
import type { HttpDispatcher } from './http/carriers.js'
import type { HttpSettings } from './http/transport.js'
import type { UsageReport } from './observe/observer.js'
import {
  checkHeaders,
  checkListener,
  checkMethods,
  checkMilliseconds,
  checkOptions,
  headerProblem,
  type NamesOf,
} from './validate/options.js'

export interface PineconeInferenceOptions {
  /** Default: the environment variable `PINECONE_API_KEY`. */
  apiKey?: string | undefined
  /**
   * URL of the API. Default: the environment variable `PINECONE_INFERENCE_URL`, then `PINECONE_CONTROLLER_HOST`, then
   * `https://api.pinecone.io`. Must be https, unless it is a loopback address or `allowInsecure` is set.
   */
  baseUrl?: string | undefined
  /**
   * Allows a plain http `baseUrl` that is not a loopback address; the API key is then sent in clear text. Default: true
   * if the environment variable `PINECONE_INFERENCE_ALLOW_INSECURE` is `1` or `true`.
   */
  allowInsecure?: boolean | undefined
  /** Requests in flight at a time, across all calls of this client. Default 8. */
  maxConcurrency?: number | undefined
  /**
   * Retries per request, after the first attempt. Default 5; 0 for none. In a bulk call a 429 does not count while every
   * request of the model is refused (the call gives up after about 75 seconds), nor while so many are refused that this
   * one may be refused by chance.
   */
  maxRetries?: number | undefined
  /** Milliseconds for one attempt, from connecting to the last byte. Default 30 000. */
  timeout?: number | undefined
  /**
   * The rate limit for everything this client sends: `{ plan: 'starter' }`, for example, or numbers per model (tokens
   * also per input type). Default: learned from 429s.
   */
  rateLimit?: RateLimit | undefined
  /** A budget shared with other clients, across processes too. Replaces `rateLimit`. */
  sharedBudget?: SharedBudget | undefined
  /** Called after each answer with the usage that the service counted for it, and the total. */
  onUsage?: ((report: UsageReport) => void) | undefined
  /**
   * Identifies your application in the User-Agent. Put into lower case; everything but a–z, digits, `_`, `:` and spaces is
   * dropped, and spaces become `_`.
   */
  sourceTag?: string | undefined
  /**
   * Headers sent with every request, for your own gateway. They may not replace the client's own. Errors never show
   * their values, except media types and values shorter than 8 characters.
   */
  headers?: Record<string, string> | undefined
  /**
   * A dispatcher of undici 5 or newer to send through: a proxy, mTLS, a MockAgent. The client does not close it.
   */
  dispatcher?: HttpDispatcher | undefined
  /**
   * A `fetch` to send through, such as your own wrapper. Cannot be combined with `dispatcher`. Default: what the
   * application has put in place of Node's `fetch` or undici's global dispatcher, as msw, nock, `setGlobalDispatcher`
   * and `NODE_USE_ENV_PROXY` do; otherwise undici, or in Deno, Bun and edge runtimes the runtime's own `fetch`.
   */
  fetch?: typeof globalThis.fetch | undefined
}

/** The names of the options. */
export const CLIENT_OPTIONS: NamesOf<PineconeInferenceOptions> = {
  apiKey: true,
  baseUrl: true,
  allowInsecure: true,
  maxConcurrency: true,
  maxRetries: true,
  timeout: true,
  rateLimit: true,
  sharedBudget: true,
  onUsage: true,
  sourceTag: true,
  headers: true,
  dispatcher: true,
  fetch: true,
}

const RATE_LIMIT: NamesOf<RateLimit> = { plan: true, tokensPerMinute: true, requestsPerMinute: true }

/** The options, checked and with defaults filled in. */
export interface Settings extends HttpSettings {
  readonly maxRetries: number
  readonly rateLimit: RateLimit
  readonly sharedBudget: SharedBudget | undefined
  readonly onUsage: ((report: UsageReport) => void) | undefined
}

export function resolveSettings(options: PineconeInferenceOptions): Settings {
  checkOptions(options, CLIENT_OPTIONS, 'PineconeInference')
  checkOptions(options.rateLimit, RATE_LIMIT, 'the rate limit', 'rateLimit')
  checkType('allowInsecure', options.allowInsecure, 'boolean')
  checkType('sourceTag', options.sourceTag, 'string')
  checkListener('onUsage', options.onUsage)
  checkMethods('sharedBudget', options.sharedBudget, 'a SharedBudget', ['enter'])
  checkHeaders(options.headers)
  checkMethods('dispatcher', options.dispatcher, 'an undici dispatcher', ['dispatch'])
  const settings: Settings = {
    apiKey: resolveApiKey(options.apiKey),
    baseUrl: resolveBaseUrl(options.baseUrl, options.allowInsecure ?? insecureAllowed()),
    maxConcurrency: options.maxConcurrency ?? 8,
    maxRetries: options.maxRetries ?? 5,
    timeout: options.timeout ?? 30_000,
    rateLimit: checkedRateLimit(options.rateLimit ?? {}),
    sharedBudget: options.sharedBudget,
    onUsage: options.onUsage,
    sourceTag: options.sourceTag,
    headers: { ...options.headers },
    dispatcher: options.dispatcher,
    fetch: checkedFetch(options),
  }
  checkWholeNumber('maxConcurrency', settings.maxConcurrency, 1)
  checkWholeNumber('maxRetries', settings.maxRetries, 0)
  checkMilliseconds('timeout', settings.timeout)
  if (options.rateLimit && options.sharedBudget) {
    throw new PineconeConfigurationError(
      'rateLimit',
      'cannot be combined with sharedBudget, which has its own limit',
    )
  }
  return settings
}

/** Edge runtimes have no `process`. */
function environment(name: string): string | undefined {
  try {
    return globalThis.process?.env?.[name]
  } catch {
    // Deno throws for variables that --allow-env does not name.
    return undefined
  }
}

function checkedFetch({ fetch, dispatcher }: PineconeInferenceOptions): typeof globalThis.fetch | undefined {
  if (fetch === undefined) return undefined
  if (typeof fetch !== 'function')
    throw new PineconeConfigurationError('fetch', `is ${asWritten(fetch)}; it must be a function`)
  if (dispatcher) throw new PineconeConfigurationError('fetch', 'cannot be combined with dispatcher')
  return fetch
}

function resolveApiKey(given: string | undefined): string {
  const apiKey = given ?? environment('PINECONE_API_KEY')
  if (apiKey === undefined || apiKey === '') {
    throw new PineconeConfigurationError(
      'apiKey',
      'is missing; pass it, or set PINECONE_API_KEY (create one at https://app.pinecone.io)',
    )
  }
  const problem = keyProblem(apiKey)
  if (problem) {
    const source = given === undefined ? '(from PINECONE_API_KEY) ' : ''
    throw new PineconeConfigurationError('apiKey', source + problem)
  }
  return apiKey
}

/** Mistakes made by a shell, an `.env` file or a secret store. */
function keyProblem(apiKey: unknown): string | undefined {
  if (typeof apiKey !== 'string') return `is ${kindOf(apiKey)}; it must be a string`
  if (apiKey.trim() === '') return 'is blank'
  const problem = headerProblem(apiKey)
  if (problem) return problem
  if (apiKey.trim() !== apiKey) return 'begins or ends with a space'
  return /^(["'`]).*\1$/.test(apiKey) ? 'is in quotation marks; pass the key without them' : undefined
}

function insecureAllowed(): boolean {
  const name = 'PINECONE_INFERENCE_ALLOW_INSECURE'
  const value = environment(name) ?? ''
  if (['1', 'true'].includes(value)) return true
  if (['', '0', 'false'].includes(value)) return false
  throw new PineconeConfigurationError(name, `is ${JSON.stringify(value)}`, ['1', 'true', '0', 'false'])
}

/** Ours first, then the one that the official SDKs and `@langchain/pinecone` read. */
const URL_VARIABLES = ['PINECONE_INFERENCE_URL', 'PINECONE_CONTROLLER_HOST']

/**
 * A controller host may come without a scheme: pinecone-io/pinecone-python-client, pinecone/utils/normalize_host.py.
 */
function addressIn(variable: string): string | undefined {
  const address = environment(variable)
  return variable === 'PINECONE_CONTROLLER_HOST' && !address?.includes('://') ? `https://${address}` : address
}

function resolveBaseUrl(given: string | undefined, allowInsecure: boolean): URL {
  const variable = given === undefined ? URL_VARIABLES.find(environment) : undefined
  const text = given ?? (variable && addressIn(variable)) ?? 'https://api.pinecone.io'
  const source = variable ? ` (from ${variable})` : ''
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new PineconeConfigurationError('baseUrl', `is ${shownUrl(text)}${source}, not an http(s) URL`)
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new PineconeConfigurationError(
      'baseUrl',
      `must not have credentials, a query or a fragment${source}`,
    )
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !allowInsecure) {
    throw new PineconeConfigurationError(
      'baseUrl',
      `is ${url.origin}${source}: over plain http the API key is sent in clear text; use https, or set allowInsecure (PINECONE_INFERENCE_ALLOW_INSECURE=1)`,
    )
  }
  return url
}

/** A mistaken address without what may be secret: a password before an `@`, a query, or a key in its place. */
function shownUrl(text: unknown): string {
  if (typeof text !== 'string') return asWritten(text)
  if (/^[\w-]{20,}$/.test(text)) return `a text of ${text.length} characters`
  return JSON.stringify(text.replace(/[?#].*/s, '?…').replace(/^([a-z][\w+.-]*?:?\/+)?.*@/is, '$1…@'))
}

/** 127.0.0.0/8, ::1 and localhost (RFC 6761, 6.3). */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}

function checkedRateLimit({ plan, tokensPerMinute, requestsPerMinute }: RateLimit): RateLimit {
  const plans = Object.keys(planLimits)
  if (plan !== undefined && !plans.includes(plan)) {
    throw new PineconeConfigurationError('rateLimit.plan', `is ${asWritten(plan)}`, plans)
  }
  for (const [name, value] of Object.entries({ tokensPerMinute, requestsPerMinute })) {
    if (value !== undefined && !(typeof value === 'number' && value > 0 && Number.isFinite(value))) {
      throw new PineconeConfigurationError(
        `rateLimit.${name}`,
        `is ${asWritten(value)}; it must be a number above 0`,
      )
    }
  }
  return {
    ...(plan && { plan }),
    ...(tokensPerMinute && { tokensPerMinute }),
    ...(requestsPerMinute && { requestsPerMinute }),
  }
}

function checkType(argument: string, value: unknown, type: 'boolean' | 'string'): void {
  if (value !== undefined && typeof value !== type) {
    throw new PineconeConfigurationError(argument, `is ${asWritten(value)}; it must be a ${type}`)
  }
}

function checkWholeNumber(argument: string, value: unknown, min: number): void {
  if (!Number.isInteger(value) || Number(value) < min) {
    throw new PineconeConfigurationError(
      argument,
      `is ${asWritten(value)}; it must be a whole number of at least ${min}`,
    )
  }
}
