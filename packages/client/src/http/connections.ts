import type { Dispatcher } from 'undici'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import type { Settings } from '../settings.js'
import type { Carrier } from './carrier.js'
import { fetchCarrier } from './fetch-carrier.js'
import { undiciCarrier } from './undici-carrier.js'

/** What a client's requests go through. */
export interface Connections {
  carrier(): Promise<Carrier> | Carrier
  /** Lets requests under way finish. */
  close(): Promise<void>
}

/** The caller's `fetch` or dispatcher, which stay the caller's; otherwise an undici pool of the client's own. */
export function openConnections(settings: Settings): Connections {
  if (settings.fetch) return lasting(fetchCarrier(settings.fetch))
  if (settings.dispatcher) return lasting(undiciCarrier(settings.dispatcher))
  return openPool(settings)
}

function lasting(carrier: Carrier): Connections {
  return { carrier: () => carrier, close: async () => {} }
}

/** While one connection is reading the end of an answer, the next request already goes out on another. */
const SPARE_CONNECTIONS = 1

/**
 * Undici is half of what this package costs to load, and not to be had everywhere; so it is loaded once a client is
 * there, before its first request.
 */
function openPool({ baseUrl, maxConcurrency }: Settings): Connections {
  let carrier: Carrier | undefined
  const opening: Promise<Dispatcher> = import('#undici').then(
    ({ Pool }) => new Pool(baseUrl.origin, { connections: maxConcurrency + SPARE_CONNECTIONS }),
  )
  const ready = opening.then((pool) => {
    carrier = undiciCarrier(pool)
    return carrier
  })
  ready.catch(() => {})
  return {
    carrier: () => carrier ?? ready.catch(refuseWithoutUndici),
    close: () =>
      opening.then(
        (pool) => pool.close(),
        () => {},
      ),
  }
}

function refuseWithoutUndici(cause: unknown): never {
  const error = new PineconeConfigurationError(
    'fetch',
    'is needed where undici cannot be loaded: pass { fetch }',
  )
  error.cause = cause
  throw error
}
