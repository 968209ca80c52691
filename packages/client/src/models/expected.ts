import type { Embedding, EmbedParameters, Encoding } from '../api/embed.js'
import type { ModelFacts, VectorType } from '../api/models.js'
import { counted } from '../errors/as-written.js'
import { broken } from '../wire/answer.js'
import { hostedModel } from './hosted.js'

interface EmbeddingsAnswer {
  readonly model: string
  readonly vectorType: VectorType
  readonly data: readonly Embedding<Encoding>[]
}

/**
 * What the vectors of a model must be: what its facts and the request say, and, once it has been answered, what the answer
 * was. Vectors of another type, length or model than those a client gave before cannot be compared with them.
 */
export class ExpectedVectors {
  readonly #model: string
  /** The model that answered, as the service names it. */
  #servedBy: string | undefined
  #vectorType: { is: VectorType; because: string } | undefined
  #dimension: { is: number; because: string } | undefined
  /** The lengths that the model has, where it is not known which of them it makes. */
  #dimensions: readonly number[] | undefined

  constructor(model: string) {
    this.#model = model
  }

  /** Takes in what is known before an answer comes. */
  know({ vectorType, dimensions, defaultDimension }: ModelFacts, asked: unknown): void {
    const model = this.#model
    if (vectorType) this.#vectorType = { is: vectorType, because: `${model} makes ${vectorType} vectors` }
    const only = dimensions?.length === 1 ? dimensions[0] : undefined
    const own = defaultDimension ?? only
    if (asked === undefined && own !== undefined) {
      this.#dimension = { is: own, because: `${model} makes ${own}` }
    }
    this.#dimensions = dimensions
  }

  /** A dimension that the request asks for. */
  ask(dimension: number): void {
    this.#dimension = { is: dimension, because: `${dimension} were asked for` }
  }

  /** @throws PineconeResponseError for vectors that cannot be these */
  hold({ model, vectorType, data }: EmbeddingsAnswer): void {
    const endpoint = 'POST /embed'
    if (this.#vectorType && this.#vectorType.is !== vectorType) {
      throw broken(endpoint, `vector_type is ${vectorType}, where ${this.#vectorType.because}`)
    }
    checkComparable(endpoint, this.#model, model)
    checkServedBy(endpoint, { asked: this.#model, before: this.#servedBy, now: model })
    const lengths = data.flatMap((one) => (one.vectorType === 'dense' ? [one.values.length] : []))
    const [first] = lengths
    const due =
      this.#dimension ?? (first === undefined ? undefined : { is: first, because: `data[0] has ${first}` })
    const stray = lengths.findIndex((length) => length !== due?.is || length === 0)
    if (stray >= 0) {
      const has = `data[${stray}] has ${counted(lengths[stray] ?? 0, 'dimension')}`
      throw broken(endpoint, lengths[stray] === 0 ? has : `${has}, where ${due?.because}`)
    }
    if (due && this.#dimensions && !this.#dimensions.includes(due.is)) {
      throw broken(
        endpoint,
        `data[0] has ${due.is} dimensions, where ${this.#model} makes ${this.#dimensions.join(', ')}`,
      )
    }
    this.#servedBy ??= model
    this.#vectorType ??= { is: vectorType, because: `the answers before have ${vectorType} vectors` }
    if (due) this.#dimension ??= { is: due.is, because: `the answers before have ${due.is}` }
  }
}

/** What each model's answers to one client must be: a text embedded today is compared with one of yesterday. */
export class ExpectedByModel {
  readonly #known = new Map<string, ExpectedVectors>()

  /** For requests with these parameters. */
  of(model: string, facts: ModelFacts | undefined, parameters: EmbedParameters = {}): ExpectedVectors {
    const { dimension } = parameters
    const key = JSON.stringify([model, dimension])
    const expected = this.#known.get(key) ?? new ExpectedVectors(model)
    this.#known.set(key, expected)
    if (facts) expected.know(facts, dimension)
    if (dimension !== undefined) expected.ask(dimension)
    return expected
  }
}

/** Scores of one call: they can be merged only where one model has given them. */
export class ExpectedScores {
  readonly #model: string
  #servedBy: string | undefined

  constructor(model: string) {
    this.#model = model
  }

  /** The model that answered, or the one asked for. */
  get model(): string {
    return this.#servedBy ?? this.#model
  }

  /** @throws PineconeResponseError for the answer of another model than before */
  hold({ model }: { readonly model: string }): void {
    checkServedBy('POST /rerank', { asked: this.#model, before: this.#servedBy, now: model })
    this.#servedBy ??= model
  }
}

/**
 * The service may serve a request by another model than was asked for, and says so: cohere-rerank-3.5 is served by
 * cohere-rerank-4-fast since August 2026 (https://docs.pinecone.io/models/cohere-rerank-3.5).
 */
function checkServedBy(endpoint: string, model: { asked: string; before: string | undefined; now: string }) {
  const { asked, before, now } = model
  if (before === undefined || isSame(before, now)) return
  throw broken(
    endpoint,
    `${asked} was served by ${now}, and before by ${before}; what two models give cannot be put together`,
  )
}

/**
 * Vectors of two embedding models cannot be compared, so none takes over from another, as rerankers do. A name that is not
 * in the table may be another name of the model that was asked for.
 */
function checkComparable(endpoint: string, asked: string, now: string): void {
  if (!hostedModel(asked) || !hostedModel(now) || isSame(asked, now)) return
  throw broken(endpoint, `${asked} was served by ${now}, whose vectors cannot be compared with its own`)
}

/** `nvidia/llama-text-embed-v2` is another name of `llama-text-embed-v2`. */
function isSame(a: string, b: string): boolean {
  const facts = hostedModel(a)
  return a === b || (facts !== undefined && facts === hostedModel(b))
}
