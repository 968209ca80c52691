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

/** What a client's requests are sent through. */
export interface Connections {
  carrier(): Promise<Carrier> | Carrier
  /** Lets requests under way finish, then closes the client's own connections. */
  close(): Promise<void>
}

/**
 * The caller's `fetch` or dispatcher, which the client does not close; otherwise what the application has set for its
 * whole process; otherwise an undici pool of the client's own or, where there is no undici, the runtime's `fetch`.
 */
export function openConnections(settings: ConnectionSettings): Connections {
  if (settings.fetch) return borrowed(fetchCarrier(settings.fetch))
  if (settings.dispatcher) return borrowed(undiciCarrier(settings.dispatcher))
  let pool: Connections | undefined
  const ownPool = () => {
    pool ??= openPool(settings)
    return pool
  }
  // Undici takes half of this package's load time, so it is loaded when a client is created, before the first request.
  if (!processTransport()) ownPool()
  return {
    carrier: () => processTransport() ?? ownPool().carrier(),
    close: async () => pool?.close(),
  }
}

function borrowed(carrier: Carrier): Connections {
  return { carrier: () => carrier, close: async () => {} }
}

/** While one connection is reading the end of an answer, the next request already goes out on another. */
const SPARE_CONNECTIONS = 1

function openPool({ baseUrl, maxConcurrency, timeout }: ConnectionSettings): Connections {
  let carrier: Carrier | undefined
  const opening: Promise<Pools> = import('#undici').then(({ default: Pool }) => {
    // Otherwise undici gives up connecting after 10 s, whatever the timeout.
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
 * Before it writes to a kept-alive connection, undici waits for `setImmediate` (client-h1.js,
 * scheduleIdleSocketValidation). If a test has faked it, a kept-alive connection stays stuck, so each request then gets
 * a connection of its own.
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
    'is required: this runtime has neither undici nor a global fetch',
    undefined,
    { cause },
  )
}

/**
 * What the application has installed for every request of its process, if anything: a replacement for Node's `fetch`,
 * as msw, nock and tracers do, or a global undici dispatcher, as `setGlobalDispatcher` and `NODE_USE_ENV_PROXY` do.
 * Checked before each request, because a test may install it after creating its client.
 */
function processTransport(): Carrier | undefined {
  const { fetch } = globalThis
  if (typeof fetch === 'function' && !isNodesOwn(fetch)) return cached(fetch, () => fetchCarrier(fetch))
  const dispatcher = globalDispatcher()
  return dispatcher && cached(dispatcher, () => undiciCarrier(dispatcher))
}

const carriers = new WeakMap<object, Carrier>()

function cached(key: object, carrierFor: () => Carrier): Carrier {
  const carrier = carriers.get(key) ?? carrierFor()
  carriers.set(key, carrier)
  return carrier
}

const sources = new WeakMap<object, boolean>()

/**
 * Node's `fetch` is a JavaScript function that loads the undici bundled with Node (nodejs/node,
 * lib/internal/bootstrap/web/exposed-window-or-worker.js). Any other function is a replacement.
 */
function isNodesOwn(fetch: typeof globalThis.fetch): boolean {
  const known = sources.get(fetch)
  if (known !== undefined) return known
  const isOwn = Function.prototype.toString.call(fetch).includes('internal/deps/undici/undici')
  sources.set(fetch, isOwn)
  return isOwn
}

/**
 * Undici up to 7 and Node up to 24 use the first symbol; undici 8 uses the second, and keeps a wrapper under the first.
 */
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
 * Whether undici or Node's `fetch` installed it: an `Agent` without options, which offers nothing that the client's own
 * pool lacks. In doubt it is the application's.
 */
function isUndicisDefault(dispatcher: HttpDispatcher): boolean {
  const { name } = dispatcher.constructor
  if (name === 'Dispatcher1Wrapper') return true
  // A composed dispatcher is a proxy with another `dispatch`.
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

/** Whether an `Agent` was created without options. */
const plain = new WeakMap<object, boolean>()

function ownSymbol(of: object, description: string): unknown {
  const key = Object.getOwnPropertySymbols(of).find((symbol) => symbol.description === description)
  return key && Reflect.get(of, key)
}
