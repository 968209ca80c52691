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

/**
 * The caller's `fetch` or dispatcher, which stay the caller's; otherwise an undici pool of the client's own, or where
 * there is no undici, the runtime's `fetch`.
 */
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
function openPool({ baseUrl, maxConcurrency, timeout }: Settings): Connections {
  let carrier: Carrier | undefined
  const opening: Promise<Dispatcher> = import('#undici').then(
    // undici gives up by itself after 10 s, be the timeout longer or shorter
    ({ Pool }) =>
      new Pool(baseUrl.origin, { connections: maxConcurrency + SPARE_CONNECTIONS, connect: { timeout } }),
  )
  const ready = opening.then(undiciCarrier, ownFetch).then((opened) => {
    carrier = opened
    return opened
  })
  ready.catch(() => {})
  return {
    carrier: () => carrier ?? ready,
    close: () =>
      opening.then(
        (pool) => pool.close(),
        () => {},
      ),
  }
}

/** Bun and edge runtimes have no undici that can send, but a `fetch` of their own. */
function ownFetch(cause: unknown): Carrier {
  if (typeof globalThis.fetch === 'function') return fetchCarrier(globalThis.fetch)
  const error = new PineconeConfigurationError(
    'fetch',
    'is needed where there is neither undici nor a fetch: pass { fetch }',
  )
  error.cause = cause
  throw error
}
