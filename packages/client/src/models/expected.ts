import type { Embedding, EmbedParameters, Encoding } from '../api/embed.js'
import type { ModelFacts, VectorType } from '../api/models.js'
import { counted } from '../errors/as-written.js'
import { PineconeResponseError } from '../errors/no-answer.js'
import { broken } from '../wire/answer.js'
import { hostedModel } from './catalog.js'

interface EmbeddingsAnswer {
  readonly model: string
  readonly vectorType: VectorType
  readonly data: readonly Embedding<Encoding>[]
}

/** The kind of vectors in an answer. */
interface Kind {
  readonly servedBy: string
  readonly vectorType: VectorType
  /** Undefined for sparse vectors. */
  readonly dimension: number | undefined
}

/** The last kind in a model's answers, across all calls of a client. */
interface Memory {
  before?: Kind
}

/**
 * Checks the vectors of one call against the model's facts, the request, and earlier answers, both in this call and in
 * calls before it. Vectors of another type, length or model cannot be compared with those.
 *
 * An answer of the requested model is always right: it replaces another model's in the client's memory. The result of
 * one call, however, does not mix the two.
 */
export class ExpectedVectors {
  readonly #model: string
  readonly #facts: ModelFacts | undefined
  readonly #asked: number | undefined
  readonly #memory: Memory
  #ofCall: Kind | undefined

  constructor(model: string, facts?: ModelFacts, asked?: number, memory: Memory = {}) {
    this.#model = model
    this.#facts = facts
    this.#asked = asked
    this.#memory = memory
  }

  /** @throws PineconeResponseError for vectors of the wrong kind */
  check(answer: EmbeddingsAnswer): void {
    const now = { servedBy: answer.model, vectorType: answer.vectorType, dimension: onlyLength(answer) }
    this.#checkFacts(now)
    const { before } = this.#memory
    if (before && this.#isMoreCertain(now, before)) this.#memory.before = now
    for (const one of [this.#ofCall, this.#memory.before]) if (one) this.#checkAgainst(one, now)
    this.#ofCall ??= now
    this.#memory.before ??= now
  }

  /** Whether what was remembered is known to be wrong. */
  #isMoreCertain(now: Kind, before: Kind): boolean {
    const due = this.#dueDimension()
    const isOfModel = ({ servedBy }: Kind) => isSame(servedBy, this.#model)
    return (isOfModel(now) && !isOfModel(before)) || (due !== undefined && before.dimension !== due)
  }

  #dueDimension(): number | undefined {
    const { dimensions, defaultDimension } = this.#facts ?? {}
    return this.#asked ?? defaultDimension ?? (dimensions?.length === 1 ? dimensions[0] : undefined)
  }

  #checkFacts({ servedBy, vectorType, dimension }: Kind): void {
    const model = this.#model
    const { vectorType: made, dimensions } = this.#facts ?? {}
    if (made && made !== vectorType) {
      throw broken(ENDPOINT, `vector_type is ${vectorType}, but ${model} makes ${made} vectors`)
    }
    checkComparable(model, servedBy)
    if (dimension === undefined) return
    const due = this.#dueDimension()
    const has = () => `data[0] has ${counted(dimension, 'dimension')}`
    if (due !== undefined && dimension !== due) {
      const because = this.#asked === undefined ? `${model} makes ${due}` : `${due} were requested`
      throw broken(ENDPOINT, `${has()}, but ${because}`)
    }
    if (dimensions && !dimensions.includes(dimension)) {
      throw broken(ENDPOINT, `${has()}, but ${model} makes ${dimensions.join(', ')}`)
    }
  }

  #checkAgainst(before: Kind, now: Kind): void {
    checkServedBy(ENDPOINT, this.#model, before.servedBy, now.servedBy)
    if (now.vectorType !== before.vectorType) {
      throw changed(
        ENDPOINT,
        `vector_type is ${now.vectorType}, but earlier answers have ${before.vectorType} vectors`,
        'If these are correct, create a new client',
      )
    }
    if (now.dimension !== before.dimension) {
      throw changed(
        ENDPOINT,
        `data[0] has ${counted(now.dimension ?? 0, 'dimension')}, but earlier answers have ${before.dimension}`,
        'If these are correct, create a new client; if the model has several dimensions, request one with parameters.dimension',
      )
    }
  }
}

const ENDPOINT = 'POST /embed'

/** The length of all vectors in an answer. */
function onlyLength({ data }: EmbeddingsAnswer): number | undefined {
  const lengths = data.flatMap((one) => (one.vectorType === 'dense' ? [one.values.length] : []))
  const [first] = lengths
  const stray = lengths.findIndex((length) => length !== first || length === 0)
  if (stray < 0) return first
  const has = `data[${stray}] has ${counted(lengths[stray] ?? 0, 'dimension')}`
  throw broken(ENDPOINT, stray === 0 ? has : `${has}, but data[0] has ${first}`)
}

/**
 * What each model's answers to one client must match: a text embedded today is compared with one embedded yesterday.
 */
export class ExpectedByModel {
  readonly #memories = new Map<string, Memory>()

  /** For a call with these parameters. */
  of(model: string, facts: ModelFacts | undefined, parameters: EmbedParameters = {}): ExpectedVectors {
    const { dimension } = parameters
    const key = JSON.stringify([model, dimension])
    const memory = this.#memories.get(key) ?? {}
    this.#memories.set(key, memory)
    return new ExpectedVectors(model, facts, dimension, memory)
  }
}

/** Checks the scores of one call: they can be merged only if one model gave them all. */
export class ExpectedScores {
  readonly #model: string
  #servedBy: string | undefined

  constructor(model: string) {
    this.#model = model
  }

  /** The model that answered, or the requested one. */
  get model(): string {
    return this.#servedBy ?? this.#model
  }

  /** @throws PineconeResponseError for an answer of another model than before */
  check({ model }: { readonly model: string }): void {
    if (this.#servedBy !== undefined) checkServedBy('POST /rerank', this.#model, this.#servedBy, model)
    this.#servedBy ??= model
  }
}

/**
 * The service may serve a request with another model than the requested one, and says so: cohere-rerank-3.5 has been
 * served by cohere-rerank-4-fast since August 2026 (https://docs.pinecone.io/models/cohere-rerank-3.5).
 */
function checkServedBy(endpoint: string, asked: string, before: string, now: string): void {
  if (isSame(before, now)) return
  throw changed(
    endpoint,
    `${asked} was served by ${now}, and before by ${before}; results of two models cannot be combined`,
    isSame(asked, now)
      ? 'Call again'
      : `Request a model by the name in its answers; a new client accepts ${now}, but its results cannot be combined with those of ${before}`,
  )
}

/**
 * Vectors of two embedding models cannot be compared, so none takes over from another, as rerankers do. A name that is
 * not in the table may be another name of the requested model.
 */
function checkComparable(asked: string, now: string): void {
  if (!hostedModel(asked) || !hostedModel(now) || isSame(asked, now)) return
  throw changed(
    ENDPOINT,
    `${asked} was served by ${now}, whose vectors cannot be compared with its own`,
    `If you want them, request ${now}`,
  )
}

/**
 * Retried, because one server of several may be at fault. If that does not help, waiting does not either: the answers
 * have changed for good.
 */
function changed(endpoint: string, what: string, todo: string): PineconeResponseError {
  return new PineconeResponseError(`${endpoint} broke the contract: ${what}. ${todo}.`, {
    verdict: 'setup',
    worthAnotherAttempt: true,
  })
}

/** `nvidia/llama-text-embed-v2` is another name of `llama-text-embed-v2`. */
function isSame(a: string, b: string): boolean {
  const facts = hostedModel(a)
  return a === b || (facts !== undefined && facts === hostedModel(b))
}
