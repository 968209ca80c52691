import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Plan } from '../../../spec/rate-limits.js'
import { type BackendOptions, openBackend } from './backend/open-backend.js'
import type { FaultRule, RateLimit } from './faults/fault.js'
import { FaultScript } from './faults/fault-script.js'
import type { Latency } from './faults/latency.js'
import { seededRandom } from './faults/random.js'
import { type RecordedRequest, RequestLog } from './http/request-log.js'
import { IndexPlane } from './index-plane/index-plane.js'
import type { IndexSettings } from './index-plane/index-store.js'
import { createServer } from './server/create-server.js'

export interface EmulatorOptions {
  /** Port to listen on; default 0, which means a free one. */
  readonly port?: number | undefined
  /** Address to listen on; default `127.0.0.1`. */
  readonly host?: string | undefined
  /** The only API key to accept; default: any that is not blank. */
  readonly apiKey?: string | undefined
  /** What computes vectors and scores; default: the lexical stand-ins, `{ kind: 'lexical' }`. */
  readonly backend?: BackendOptions | undefined
  /**
   * Indexes in memory, to upsert into and to query. The official SDK finds them if its `controllerHostUrl` is the
   * emulator's URL. Default none.
   */
  readonly indexes?: readonly IndexSettings[] | undefined
  /** Milliseconds before every answer; default none. */
  readonly latency?: Latency | undefined
  /** Share of requests (0..1) that are answered 503; default 0. */
  readonly errorRate?: number | undefined
  /** The documented limits of one of Pinecone's plans, per second, minute and month; default none. */
  readonly plan?: Plan | undefined
  /** Your own budgets, in addition to the plan's; default none. */
  readonly rateLimit?: Omit<RateLimit, 'plan'> | undefined
  /** Initial fault rules; add more with `emulator.faults.add`. */
  readonly faults?: readonly FaultRule[] | undefined
  /** Seed for everything random (latency, error rate, probability): the same seed gives the same faults. Default 1. */
  readonly seed?: number | undefined
  /**
   * Answers `/_emulator/…`, with which programs in any language read the requests and set faults, limits and latency,
   * from this machine only; default false.
   */
  readonly control?: boolean | undefined
  /** Called with each request when its answer or its connection has ended. */
  readonly onAnswer?: ((request: RecordedRequest) => void) | undefined
}

export interface Emulator extends AsyncDisposable {
  /** Its URL, such as `http://127.0.0.1:5090`, without a trailing slash. */
  readonly url: string
  /** The most recent requests, oldest first: at most a thousand. Set its length to 0 to clear it. */
  readonly requests: RecordedRequest[]
  /** What goes wrong, and when. */
  readonly faults: FaultScript
  /** Ends every connection, including stalled answers, and frees the port. May be called more than once. */
  close(): Promise<void>
}

/**
 * Starts an offline server of Pinecone's Inference API. It is ready when the promise resolves.
 *
 * @throws {BackendError} if a backend's package, folder or model is missing or does not fit
 * @throws {RangeError} for an invalid fault, latency or rate; and the system's error if the port is taken
 * @example
 * await using emulator = await startEmulator()
 * const pinecone = new PineconeInference({ apiKey: 'any', baseUrl: emulator.url })
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const random = seededRandom(options.seed ?? 1)
  const faults = new FaultScript(random, rulesOf(options))
  const log = new RequestLog()
  const indexes = new IndexPlane(options.indexes ?? [])
  const backend = await openBackend(options.backend ?? { kind: 'lexical' })
  const server = createServer({
    apiKey: options.apiKey,
    backend,
    indexes,
    faults,
    random,
    log,
    control: options.control ?? false,
    onAnswer: options.onAnswer,
  })
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
    await backend.close()
  }

  try {
    server.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' })
    await once(server, 'listening')
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: urlOf(server.address() as AddressInfo),
    requests: log.requests,
    faults,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function rulesOf({ latency, errorRate, plan, rateLimit, faults = [] }: EmulatorOptions): FaultRule[] {
  return [
    ...(latency === undefined ? [] : [{ fault: { kind: 'latency', latency } } as const]),
    ...(plan === undefined && rateLimit === undefined
      ? []
      : [{ fault: { kind: 'rate-limit', plan, ...rateLimit } } as const]),
    ...faults,
    ...(errorRate === undefined
      ? []
      : [{ probability: errorRate, fault: { kind: 'status', status: 503 } } as const]),
  ]
}

function urlOf({ address, port, family }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
