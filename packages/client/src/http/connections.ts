import type { Dispatcher } from 'undici'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { isImmediateReal } from '../lifetime/after-reactions.js'
import type { Settings } from '../settings.js'
import type { Carrier } from './carrier.js'
import { fetchCarrier } from './fetch-carrier.js'
import { processTransport } from './process-transport.js'
import { undiciCarrier } from './undici-carrier.js'

/** What a client's requests go through. */
export interface Connections {
  carrier(): Promise<Carrier> | Carrier
  /** Lets requests under way finish. */
  close(): Promise<void>
}

/**
 * The caller's `fetch` or dispatcher, which stay the caller's; otherwise what the application has set for its whole
 * process; otherwise an undici pool of the client's own, or where there is no undici, the runtime's `fetch`.
 */
export function openConnections(settings: Settings): Connections {
  if (settings.fetch) return lasting(fetchCarrier(settings.fetch))
  if (settings.dispatcher) return lasting(undiciCarrier(settings.dispatcher))
  let pool: Connections | undefined
  const ownPool = () => {
    pool ??= openPool(settings)
    return pool
  }
  // Undici is half of what this package costs to load: so it is loaded once a client is there, before its first request.
  if (!processTransport()) ownPool()
  return {
    carrier: () => processTransport() ?? ownPool().carrier(),
    close: async () => pool?.close(),
  }
}

function lasting(carrier: Carrier): Connections {
  return { carrier: () => carrier, close: async () => {} }
}

/** While one connection is reading the end of an answer, the next request already goes out on another. */
const SPARE_CONNECTIONS = 1

function openPool({ baseUrl, maxConcurrency, timeout }: Settings): Connections {
  let carrier: Carrier | undefined
  const opening: Promise<Pools> = import('#undici').then(({ Pool }) => {
    // undici gives up by itself after 10 s, be the timeout longer or shorter
    const options = { connections: maxConcurrency + SPARE_CONNECTIONS, connect: { timeout } }
    return { kept: new Pool(baseUrl.origin, options), once: new Pool(baseUrl.origin, options) }
  })
  const ready = opening.then(underAnyTimers, ownFetch).then((opened) => {
    carrier = opened
    return opened
  })
  ready.catch(() => {})
  return {
    carrier: () => carrier ?? ready,
    close: () =>
      opening.then(
        async ({ kept, once }) => void (await Promise.all([kept.close(), once.close()])),
        () => {},
      ),
  }
}

/**
 * Before it writes to a kept connection, undici waits for `setImmediate` (client-h1.js, scheduleIdleSocketValidation).
 * Where a test has faked that, the connection is stuck, and stays so. Meanwhile every request has a connection of its
 * own.
 */
interface Pools {
  readonly kept: Dispatcher
  readonly once: Dispatcher
}

function underAnyTimers({ kept, once }: Pools): Carrier {
  const usual = undiciCarrier(kept)
  const underFakeTimers = undiciCarrier(once, { reset: true })
  return (request, receiver) => (isImmediateReal() ? usual : underFakeTimers)(request, receiver)
}

/** Bun and edge runtimes have no undici that can send, but a `fetch` of their own. */
function ownFetch(cause: unknown): Carrier {
  if (typeof globalThis.fetch === 'function') return fetchCarrier(globalThis.fetch)
  throw new PineconeConfigurationError(
    'fetch',
    'is needed where there is neither undici nor a fetch: pass { fetch }',
    undefined,
    { cause },
  )
}
