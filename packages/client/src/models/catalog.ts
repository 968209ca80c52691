import { type HostedModelRow, hostedModels } from '../../../../spec/hosted-models.js'
import type { ModelFacts, ModelInfo } from '../api/models.js'
import type { Call } from '../lifetime/call.js'
import { decodeModel } from '../wire/models.js'
import { camelCase } from '../wire/request.js'

const rows: Readonly<Record<string, HostedModelRow>> = hostedModels
const names = new Map(
  Object.entries(rows).flatMap(([name, { aliases = [] }]) => [name, ...aliases].map((one) => [one, name])),
)
const known = new Map<string, ModelFacts>()

/**
 * The built-in facts of a hosted model, so that no call waits for `GET /models`. An alias stands for its model.
 * `undefined` for any other name, and for a model of which only the name is recorded.
 */
export function hostedModel(model: string): ModelFacts | undefined {
  const name = names.get(model)
  const row = name === undefined ? undefined : rows[name]
  if (name === undefined || !row || row.assumed) return undefined
  const facts = known.get(name) ?? factsFromRow(row)
  known.set(name, facts)
  return facts
}

function factsFromRow({ info, unlistedParameters = [], maxRankFields }: HostedModelRow): ModelFacts {
  const told = { ...info, supported_parameters: [...info.supported_parameters, ...unlistedParameters] }
  const facts = factsFromInfo(decodeModel('the table of hosted models', told))
  return maxRankFields === undefined ? facts : { ...facts, maxRankFields }
}

/** The hosted models of a type and, if given, of a vector type. */
export function hostedModelNames(type: 'embed' | 'rerank', vectorType?: 'dense' | 'sparse'): string[] {
  return Object.values(rows)
    .filter(({ info }) => info.type === type && (vectorType === undefined || info.vector_type === vectorType))
    .map(({ info }) => info.model)
}

/** A batch size that every hosted model accepts, for a model that does not state its own limit. */
const SAFE_BATCH_SIZE = 96

/** What the client has to know about a model, from the answer of `GET /models/{name}`. */
export function factsFromInfo(info: ModelInfo): ModelFacts {
  const parameters = info.supportedParameters.map((p) => ({ ...p, parameter: camelCase(p.parameter) }))
  const { dimension, ...oneOf } = Object.fromEntries(
    parameters.flatMap(({ parameter, allowedValues }) => (allowedValues ? [[parameter, allowedValues]] : [])),
  )
  const wholeNumbers = Object.fromEntries(
    parameters.flatMap(({ parameter, valueType, min, max }) =>
      valueType === 'integer' && min !== undefined && max !== undefined
        ? [[parameter, [min, max] as const]]
        : [],
    ),
  )
  const dimensions =
    info.supportedDimensions ??
    dimension?.filter((value) => typeof value === 'number') ??
    (info.defaultDimension ? [info.defaultDimension] : undefined)
  return {
    type: info.type === 'rerank' ? 'rerank' : 'embed',
    ...(info.vectorType === 'dense' || info.vectorType === 'sparse' ? { vectorType: info.vectorType } : {}),
    maxBatchSize: info.maxBatchSize ?? SAFE_BATCH_SIZE,
    ...(dimensions ? { dimensions } : {}),
    ...(info.defaultDimension === undefined ? {} : { defaultDimension: info.defaultDimension }),
    ...(info.maxSequenceLength === undefined ? {} : { maxSequenceLength: info.maxSequenceLength }),
    required: parameters.filter((p) => p.required).map((p) => p.parameter),
    oneOf,
    ...(Object.keys(wholeNumbers).length > 0 ? { wholeNumbers } : {}),
  }
}

type Task = 'embed' | 'rerank'
type AskService = (model: string, task: Task, signal: AbortSignal) => Promise<ModelInfo>

/** A look-up under way, and how many calls wait for it. */
interface LookUp {
  readonly facts: Promise<ModelFacts>
  readonly abort: AbortController
  waiting: number
}

/** Knows each model's limits: those of hosted models from the table, any other's from one look-up, which is cached. */
export class ModelCatalog {
  readonly #ask: AskService
  readonly #known = new Map<string, ModelFacts>()
  readonly #lookUps = new Map<string, LookUp>()

  constructor(ask: AskService) {
    this.#ask = ask
  }

  /**
   * The facts of a model; asks the service at most once. A failed look-up is forgotten, and one that no call waits for
   * any more is aborted. Undefined for a model that is not hosted if the call has a single item: that never has to be
   * split, so it waits for no look-up.
   */
  async facts(model: string, task: Task, items: number, call: Call): Promise<ModelFacts | undefined> {
    const hosted = hostedModel(model)
    if (hosted || items <= 1) return hosted
    return this.#known.get(model) ?? this.#lookUp(model, task, call)
  }

  async #lookUp(model: string, task: Task, call: Call): Promise<ModelFacts> {
    const lookUp = this.#lookUps.get(model) ?? this.#begin(model, task)
    lookUp.waiting++
    try {
      return await orStopped(lookUp.facts, call)
    } finally {
      if (--lookUp.waiting === 0) {
        this.#lookUps.delete(model)
        lookUp.abort.abort()
      }
    }
  }

  #begin(model: string, task: Task): LookUp {
    const abort = new AbortController()
    const facts = this.#ask(model, task, abort.signal).then(factsFromInfo)
    facts.then(
      (found) => this.#known.set(model, found),
      () => {},
    )
    const lookUp = { facts, abort, waiting: 0 }
    this.#lookUps.set(model, lookUp)
    return lookUp
  }
}

/** Settles as the promise does, or rejects with the reason once the call is stopped. */
function orStopped<T>(promise: Promise<T>, call: Call): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = call.stopScope.onEnd(reject)
    promise.then(resolve, reject).finally(stopListening)
  })
}
