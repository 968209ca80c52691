import type { Survey } from '../input/survey-input.js'
import { count, duration } from './report.js'

/** A token of English has about four bytes. */
const BYTES_PER_TOKEN = 4
/** Most inputs in a request to a hosted model. */
const INPUTS_PER_REQUEST = 96
/** Most bytes that the client puts into a request, and the bytes of an input's `{"text":""},`. */
const REQUEST_BYTES = 1_900_000
const BYTES_PER_INPUT = 12
/** Tokens that a model reads of a text: https://docs.pinecone.io/models/overview */
const TOKENS_PER_TEXT: ReadonlyMap<string, number> = new Map([
  ['llama-text-embed-v2', 2048],
  ['multilingual-e5-large', 507],
  ['pinecone-sparse-english-v0', 512],
])

/** Counts the tokens and requests of the texts for a model. Texts are cut at the model's limit, if known. */
export class TokenTally {
  readonly model: string
  readonly #limit: number
  #bytes = 0
  #cut = 0
  #requests = 0
  /** Of the current request. */
  #inputs = 0
  #requestBytes = 0

  constructor(model: string, truncate: string | undefined) {
    this.model = model
    const known = truncate === 'NONE' ? undefined : TOKENS_PER_TEXT.get(model)
    this.#limit = (known ?? Number.POSITIVE_INFINITY) * BYTES_PER_TOKEN
  }

  /** Adds a text of so many bytes. */
  add(bytes: number): void {
    if (bytes > 0) this.#addToRequest(bytes)
    this.#bytes += Math.min(bytes, this.#limit)
    if (bytes > this.#limit) this.#cut++
  }

  /** Requests for the texts so far, by count and by bytes. */
  get requests(): number {
    return this.#requests
  }

  #addToRequest(bytes: number): void {
    this.#inputs++
    this.#requestBytes += bytes + BYTES_PER_INPUT
    const fits = this.#inputs <= INPUTS_PER_REQUEST && this.#requestBytes <= REQUEST_BYTES
    if (fits && this.#requests > 0) return
    this.#requests++
    this.#inputs = 1
    this.#requestBytes = bytes + BYTES_PER_INPUT
  }

  get tokens(): number {
    return Math.ceil(this.#bytes / BYTES_PER_TOKEN)
  }

  /** Texts over the limit. */
  get cut(): number {
    return this.#cut
  }
}

export interface Estimate {
  /** For all models together. */
  readonly tokens: number
  readonly requests: number
  /** Seconds that the rate limit alone takes; undefined without one. */
  readonly seconds: number | undefined
}

/** A rough estimate of a job. The rate limit is per model, and models work side by side. */
export function estimate(tallies: readonly TokenTally[], tokensPerMinute: number | undefined): Estimate {
  const tokens = tallies.map((tally) => tally.tokens)
  return {
    tokens: tokens.reduce((sum, count) => sum + count, 0),
    requests: tallies.reduce((sum, { requests }) => sum + requests, 0),
    seconds: tokensPerMinute === undefined ? undefined : (Math.max(...tokens) / tokensPerMinute) * 60,
  }
}

export interface DryRun {
  readonly survey: Survey
  /** One per model. */
  readonly tallies: readonly TokenTally[]
  /** What the output has and the input does not; undefined if nothing would be deleted or listed. */
  readonly gone: { readonly toDelete: readonly string[]; readonly toKeep: readonly string[] } | undefined
  readonly tokensPerMinute: number | undefined
  readonly json: boolean
}

/** Prints an estimate of a run to the standard output. */
export function tellEstimate({ survey, tallies, gone, tokensPerMinute, json }: DryRun): void {
  const { tokens, requests, seconds } = estimate(tallies, tokensPerMinute)
  const { records, empty, unchanged, bytes } = survey
  const [deleted, left] = [gone?.toDelete.length ?? 0, gone?.toKeep.length ?? 0]
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ event: 'estimate', records, empty, unchanged, deleted, left, bytes, tokens, requests, seconds })}\n`,
    )
    return
  }
  const time =
    seconds === undefined
      ? 'unknown without --tokens-per-minute'
      : `about ${duration(seconds)} at ${count(tokensPerMinute ?? 0)} tokens a minute`
  const models = tallies.map(({ model }) => model).join(' and ')
  const cut = Math.max(...tallies.map((tally) => tally.cut))
  const how = `four bytes each${cut > 0 ? `, ${count(cut)} texts cut to the model’s limit` : ''}`
  process.stdout.write(
    `Records   ${count(records)}${empty > 0 ? `, ${count(empty)} of them without text` : ''}\n` +
      `${unchanged > 0 ? `Unchanged ${count(unchanged)}, not embedded again\n` : ''}` +
      `${deleted > 0 ? `Deleted   ${count(deleted)}, which the input no longer has\n` : ''}` +
      `${left > 0 ? `Left      ${count(left)}, which the input no longer has\n` : ''}` +
      `Tokens    about ${count(tokens)} (${how}), ${models}\n` +
      `Requests  ${count(requests)}\n` +
      `Time      ${time}\n` +
      'Nothing was sent.\n',
  )
}
