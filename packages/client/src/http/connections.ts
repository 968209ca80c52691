import type { Dispatcher } from 'undici'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { isImmediateReal } from '../lifetime/turns.js'
import { fetchCarrier, type HttpDispatcher, undiciCarrier } from './carriers.js'
import type { Carrier } from './exchange.js'

export interface ConnectionSettings {
  readonly baseUrl: URL
  readonly maxConcurrency: number
  readonly timeout: number
  readonly dispatcher: HttpDispatcher | undefined
  readonly fetch: typeof globalThis.fetch | undefined
}

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
export function openConnections(settings: ConnectionSettings): Connections {
  if (settings.fetch) return lasting(fetchCarrier(settings.fetch))
  if (settings.dispatcher) return lasting(undiciCarrier(settings.dispatcher))
  let pool: Connections | undefined
  const ownPool = () => {
    pool ??= openPool(settings)
    return pool
  }
  // Undici is half of this package's load time, so it is loaded when a client is created, before its first request.
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

function openPool({ baseUrl, maxConcurrency, timeout }: ConnectionSettings): Connections {
  let carrier: Carrier | undefined
  const opening: Promise<Pools> = import('#undici').then(({ default: Pool }) => {
    // undici gives up after 10 s of its own accord, whatever the timeout
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
 * Where a test has faked it, a kept connection is stuck for good; so meanwhile every request gets a connection of its
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

/**
 * What the application has installed for every request of its process, if anything: a `fetch` in place of Node's, as
 * msw, nock and tracers do, or a global dispatcher of undici, as `setGlobalDispatcher` and `NODE_USE_ENV_PROXY` do.
 * Asked before each request, as a test may set it up after its client was made.
 */
function processTransport(): Carrier | undefined {
  const { fetch } = globalThis
  if (typeof fetch === 'function' && !isNodesOwn(fetch)) return remembered(fetch, () => fetchCarrier(fetch))
  const dispatcher = globalDispatcher()
  return dispatcher && remembered(dispatcher, () => undiciCarrier(dispatcher))
}

const carriers = new WeakMap<object, Carrier>()

function remembered(way: object, carrierFor: () => Carrier): Carrier {
  const carrier = carriers.get(way) ?? carrierFor()
  carriers.set(way, carrier)
  return carrier
}

const sources = new WeakMap<object, boolean>()

/**
 * Node's `fetch` is a function of JavaScript that loads the undici that Node brings along (nodejs/node,
 * lib/internal/bootstrap/web/exposed-window-or-worker.js). Anything else is not Node's own.
 */
function isNodesOwn(fetch: typeof globalThis.fetch): boolean {
  const known = sources.get(fetch)
  if (known !== undefined) return known
  const isOwn = Function.prototype.toString.call(fetch).includes('internal/deps/undici/undici')
  sources.set(fetch, isOwn)
  return isOwn
}

/** Undici up to 7, and Node up to 24, know the first; undici 8 has the second, and a wrapper of it in the first. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1')
const GLOBAL_DISPATCHER_OF_8 = Symbol.for('undici.globalDispatcher.2')

type Global = typeof globalThis & Partial<Record<symbol, HttpDispatcher>>

function globalDispatcher(): HttpDispatcher | undefined {
  const global: Global = globalThis
  return [global[GLOBAL_DISPATCHER_OF_8], global[GLOBAL_DISPATCHER]].find(
    (dispatcher) => dispatcher !== undefined && !isUndicisDefault(dispatcher),
  )
}

/**
 * Whether undici, or Node's `fetch`, has put it there by itself: an `Agent` without options, which has nothing that a
 * pool of the client's own lacks. In doubt it is the application's.
 */
function isUndicisDefault(dispatcher: HttpDispatcher): boolean {
  const { name } = dispatcher.constructor
  if (name === 'Dispatcher1Wrapper') return true
  // a composed one is a proxy that answers with another `dispatch`
  if (name !== 'Agent' || dispatcher.dispatch !== Object.getPrototypeOf(dispatcher).dispatch) return false
  const known = plain.get(dispatcher)
  if (known !== undefined) return known
  const options = ownSymbol(dispatcher, 'options')
  const factory = ownSymbol(dispatcher, 'factory')
  const given = Object.values(Object(options)).filter((value) => value !== undefined && value !== Infinity)
  const isPlain = given.length === 0 && typeof factory === 'function' && factory.name === 'defaultFactory'
  plain.set(dispatcher, isPlain)
  return isPlain
}

/** Whether an `Agent` was made without options. */
const plain = new WeakMap<object, boolean>()

function ownSymbol(of: object, description: string): unknown {
  const key = Object.getOwnPropertySymbols(of).find((symbol) => symbol.description === description)
  return key && Reflect.get(of, key)
}
