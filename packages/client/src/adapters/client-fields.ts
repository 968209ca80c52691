import { PineconeInference } from '../client.js'
import type { PineconeInferenceOptions } from '../settings.js'
import { checkMethods } from '../validate/call-options.js'

/**
 * What every adapter takes: either a client to share (one pool of connections, one budget for everything), or
 * options for one of its own.
 */
export type ClientFields =
  | ({ client: PineconeInference } & { [O in keyof PineconeInferenceOptions]?: undefined })
  | ({ client?: undefined } & PineconeInferenceOptions)

/**
 * The client to use.
 *
 * @throws PineconeConfigurationError for a `client` that is none
 */
export function clientFrom(fields: ClientFields): PineconeInference {
  checkMethods('client', fields.client, 'a PineconeInference', ['embedAll', 'rerankAll'])
  return fields.client ?? new PineconeInference(fields)
}
