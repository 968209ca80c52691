import type { ModelInfo } from '../api/models.js'
import type { Call } from '../delivery/call.js'
import type { Sender } from '../delivery/sender.js'
import { PineconeApiError } from '../errors/api-error.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { getModel, listModels } from './models.js'

/** `GET /models/{name}` before a bulk call; a name the service does not know is refused with those it does. */
export async function lookUpModel(model: string, call: Call, sender: Sender): Promise<ModelInfo> {
  try {
    return await getModel(model, call, sender)
  } catch (cause) {
    if (!(cause instanceof PineconeApiError && cause.status === 404)) throw cause
    const { models } = await listModels({}, call, sender)
    const error = new PineconeConfigurationError(
      'model',
      `${JSON.stringify(model)} is not a model of this service`,
      models.map((info) => info.model),
    )
    error.cause = cause
    throw error
  }
}
