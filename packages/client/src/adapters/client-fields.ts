import { PineconeInference } from '../client.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { CLIENT_OPTIONS, type PineconeInferenceOptions } from '../settings.js'
import { checkMethods } from '../validate/call-options.js'
import type { NamesOf } from '../validate/options.js'

/**
 * What every adapter takes: either a client to share (one pool of connections, one budget for everything), or
 * options for one of its own.
 */
export type ClientFields =
  | ({ client: PineconeInference } & { [O in keyof PineconeInferenceOptions]?: undefined })
  | ({ client?: undefined } & PineconeInferenceOptions)

/** The names of the fields. */
export const CLIENT_FIELDS: NamesOf<PineconeInferenceOptions & { client: unknown }> = {
  ...CLIENT_OPTIONS,
  client: true,
}

/** The client that an adapter uses. */
export interface OwnOrSharedClient {
  readonly client: PineconeInference
  /** Whether it was made for the adapter, which then has to close it. */
  readonly isOwn: boolean
}

/**
 * The client to use: the one passed, or a new one made from the options.
 *
 * @param sourceTag of the adapter's framework, unless the fields name another
 * @throws PineconeConfigurationError for a `client` that is not a `PineconeInference`, or that comes with options for one
 */
export function clientFrom(fields: ClientFields, sourceTag?: string): OwnOrSharedClient {
  const options: PineconeInferenceOptions = Object.fromEntries(
    Object.keys(CLIENT_OPTIONS)
      .map((name) => [name, fields[name as keyof PineconeInferenceOptions]] as const)
      .filter(([, value]) => value !== undefined),
  )
  checkMethods('client', fields.client, 'a PineconeInference', ['embedAll', 'rerankAll'])
  if (fields.client === undefined) {
    return { client: new PineconeInference({ ...(sourceTag ? { sourceTag } : {}), ...options }), isOwn: true }
  }
  const [unused] = Object.keys(options)
  if (unused !== undefined) {
    throw new PineconeConfigurationError(
      unused,
      'cannot be combined with client, which has its own; pass it to the client',
    )
  }
  return { client: fields.client, isOwn: false }
}
