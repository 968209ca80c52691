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
  /** Port to listen on; by default, and for 0, a free one. */
  readonly port?: number | undefined
  /** Address to listen on; default `127.0.0.1`. */
  readonly host?: string | undefined
  /** The only API key that is taken; by default any that is not blank. */
  readonly apiKey?: string | undefined
  /** What computes vectors and scores; default the lexical stand-ins, `{ kind: 'lexical' }`. */
  readonly backend?: BackendOptions | undefined
  /**
   * Indexes to upsert into and to query, in memory: the official SDK finds them with `controllerHostUrl` set to the
   * emulator's URL. Default none.
   */
  readonly indexes?: readonly IndexSettings[] | undefined
  /** Milliseconds before every answer; default none. */
  readonly latency?: Latency | undefined
  /** Share of requests (0..1) that are answered 503; default 0. */
  readonly errorRate?: number | undefined
  /** The documented limits of one of Pinecone's plans, per second, minute and month; default none. */
  readonly plan?: Plan | undefined
  /** Budgets of your own, beside the plan's; default none. */
  readonly rateLimit?: Omit<RateLimit, 'plan'> | undefined
  /** Rules to start with; more by `emulator.faults.add`. */
  readonly faults?: readonly FaultRule[] | undefined
  /** Seed of everything that is drawn (latency, error rate, probability): the same seed, the same faults; default 1. */
  readonly seed?: number | undefined
  /**
   * Answers `/_emulator/…`, by which programs in any language read the requests and set faults, limits and latency, from
   * this machine only; default false.
   */
  readonly control?: boolean | undefined
  /** Called with each request when its answer has ended, or its connection. */
  readonly onAnswer?: ((request: RecordedRequest) => void) | undefined
}

export interface Emulator extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:5090`, without a slash at the end. */
  readonly url: string
  /** The last requests, oldest first: a thousand at most. Set its length to 0 to forget them. */
  readonly requests: RecordedRequest[]
  /** What goes wrong, and when. */
  readonly faults: FaultScript
  /** Ends every connection, also those of stalled answers, and frees the port. May be called again. */
  close(): Promise<void>
}

/**
 * Starts an offline server of Pinecone's Inference API. It is ready when the promise resolves.
 *
 * @throws {BackendError} for a backend's package, folder or model that is missing or does not fit
 * @throws {RangeError} for a fault, latency or rate that cannot mean anything; and the system's error when the port is taken
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
