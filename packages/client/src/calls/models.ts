import type { ListModelsFilter, ModelInfo, ModelList } from '../api/models.js'
import type { Sender } from '../delivery/sender.js'
import { PineconeApiError } from '../errors/api-error.js'
import { asWritten } from '../errors/as-written.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import type { Call } from '../lifetime/call.js'
import { checkOptions, type NamesOf } from '../validate/options.js'
import { checkModelName } from '../validate/requests.js'
import { modelInfoAnswer, modelListAnswer } from '../wire/models.js'

const FILTER: NamesOf<ListModelsFilter> = { type: true, vectorType: true }

export async function listModels(filter: ListModelsFilter, call: Call, sender: Sender): Promise<ModelList> {
  checkOptions(filter, FILTER, 'listModels')
  checkOneOf('type', filter.type, ['embed', 'rerank'])
  checkOneOf('vectorType', filter.vectorType, ['dense', 'sparse'])
  const query = new URLSearchParams()
  if (filter.type) query.set('type', filter.type)
  if (filter.vectorType) query.set('vector_type', filter.vectorType)
  const path = query.size > 0 ? `/models?${query}` : '/models'
  return sender.send({ request: { method: 'GET', path }, read: modelListAnswer }, call)
}

export async function getModel(model: string, call: Call, sender: Sender): Promise<ModelInfo> {
  checkModelName(model)
  const path = `/models/${encodeURIComponent(model)}`
  return sender.send({ request: { method: 'GET', path }, read: modelInfoAnswer }, call)
}

/**
 * `GET /models/{name}` before a bulk call. If the service does not know the name, the error lists the models that it
 * has.
 */
export async function lookUpModel(
  model: string,
  task: 'embed' | 'rerank',
  call: Call,
  sender: Sender,
): Promise<ModelInfo> {
  try {
    return await getModel(model, call, sender)
  } catch (cause) {
    if (!(cause instanceof PineconeApiError && cause.status === 404)) throw cause
    const { models } = await listModels({ type: task }, call, sender)
    throw new PineconeConfigurationError(
      'model',
      `${JSON.stringify(model)} is not a model of this service`,
      models.map((info) => info.model),
      { cause },
    )
  }
}

function checkOneOf(argument: string, value: unknown, allowed: readonly string[]): void {
  if (value === undefined || allowed.some((one) => one === value)) return
  throw new PineconeConfigurationError(argument, `is ${asWritten(value)}`, allowed)
}
