import type { Embedding, EmbedResult, Encoding } from '../api/embed.js'
import type { VectorType } from '../api/models.js'
import type { RankedDocument } from '../api/rerank.js'
import { asOneLine } from './as-written.js'

/**
 * What an error says about another attempt. It is set where the error is created; everything that has to decide (a
 * retry, the halving of a batch, a job queue, an exit code) reads it.
 *
 * - `'input'`: the service, or the client before sending, refuses one of the inputs or the request as a whole. The same
 * request will be refused again; another one may be accepted.
 * - `'setup'`: every request fails in the same way until something is changed: the key, the model, an option, the
 * network settings.
 * - `'moment'`: the failure is temporary. The client has already retried as often as `maxRetries` allows.
 * - `'quota'`: a quota is used up that does not come back within minutes, such as the month's.
 */
export type Verdict = 'input' | 'setup' | 'moment' | 'quota'

/** The 5xx with which a server says that it will never do what was requested (RFC 9110, 15.6.2 and 15.6.6). */
const FINAL_SERVER_ERRORS = new Set([501, 505])

/** The service has read the request's content and refuses it. */
const REFUSALS = new Set([400, 413, 422])

/** The verdict on an HTTP status other than 2xx. Proxies have codes of their own above 504: Cloudflare's 520 to 529. */
export function verdictOnStatus(status: number): Verdict {
  if (REFUSALS.has(status)) return 'input'
  const passes = status === 408 || status === 429 || (status >= 500 && !FINAL_SERVER_ERRORS.has(status))
  return passes ? 'moment' : 'setup'
}

/**
 * The same symbol in every copy of this package. A program may load two, one by `import` and one by `require`, and an
 * error of either must be an instance of the other's class.
 */
const BRAND = Symbol.for('@pinecone-inference/client/error')

/** Marks the instances of an error class, whichever copy of the package creates them. */
export function brand(errorClass: { readonly prototype: object }, kind: string): void {
  Object.defineProperty(errorClass.prototype, BRAND, { value: kind })
}

/** `instanceof` for a branded class; the language's own for a program's subclass of one. */
function hasBrandOf(prototype: object, value: unknown): boolean {
  const kind = ownBrand(prototype)
  if (typeof value !== 'object' || value === null) return false
  if (kind === undefined) return Object.prototype.isPrototypeOf.call(prototype, value)
  for (let one: unknown = value; typeof one === 'object' && one !== null; one = Object.getPrototypeOf(one)) {
    if (ownBrand(one) === kind) return true
  }
  return false
}

function ownBrand(prototype: object): unknown {
  return Object.getOwnPropertyDescriptor(prototype, BRAND)?.value
}

/** The inputs (or documents) that an error is about: from `start` up to, but not including, `end`. */
export type InputRange = readonly [start: number, end: number]

/** What `embedAll` or `embedStream` had finished when it failed, in input order. */
export interface PartialEmbeddings {
  readonly data: readonly { readonly index: number; readonly embedding: Embedding<Encoding> }[]
  readonly usage: { readonly totalTokens: number }
}

/** What `rerankAll` had finished when it failed, best first. */
export interface PartialRanking {
  readonly data: readonly RankedDocument[]
  readonly usage: { readonly rerankUnits: number }
}

/**
 * Base class of every error that this package throws, except an abort, which rejects with the signal's own reason.
 *
 * `message` says in one line what was tried, what came back and what to do; `cause` keeps the underlying error. No
 * property ever holds the API key, or a value of the client's `headers` that could be secret: one of at least 8
 * characters that is not a media type.
 *
 * `instanceof` works across the package's ES module and CommonJS builds.
 */
export class PineconeInferenceError extends Error {
  override name = 'PineconeInferenceError'

  /** What the error says about another attempt. */
  readonly verdict: Verdict = 'setup'

  /** How many times the request was sent. */
  attempts?: number

  /** In a bulk call: the inputs (or documents) that failed. */
  inputRange?: InputRange

  /**
   * In a bulk call: what was finished before the failure. Not enumerable, because it may hold millions of numbers,
   * which a logger would print.
   */
  declare partial?: PartialEmbeddings | PartialRanking

  constructor(message: string, options?: ErrorOptions) {
    super(asOneLine(message), options)
    Object.defineProperty(this, 'partial', { value: undefined, writable: true, configurable: true })
  }

  static override [Symbol.hasInstance](this: { readonly prototype: object }, value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it, and `this` is then the subclass
    return hasBrandOf(this.prototype, value)
  }
}
brand(PineconeInferenceError, 'inference')

/** Inputs that could not be embedded, and why. */
export interface EmbedFailure {
  /** From the first number up to, but not including, the second. */
  inputRange: InputRange
  error: PineconeInferenceError
}

/** An input of a stream that could not be embedded. */
export interface StreamedFailure {
  /** Position of the input, from 0. */
  index: number
  /** Absent, so that `if (item.embedding)` tells a failure from an embedding. */
  embedding?: undefined
  /** The error of the request that contained it. Its `inputRange` spans the request; this input is at `index`. */
  error: PineconeInferenceError
}

/** The result of `embedAll` with `onError: 'collect'`. */
export interface CollectedEmbedResult<E extends Encoding = 'number', V extends VectorType = VectorType>
  extends Omit<EmbedResult<E, V>, 'data'> {
  /** One embedding per input, in input order; null if the input could not be embedded. */
  data: (Embedding<E, V> | null)[]
  /** In input order; empty if nothing failed. */
  failures: EmbedFailure[]
}
