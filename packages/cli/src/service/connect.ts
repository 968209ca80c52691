import { PineconeConfigurationError, PineconeInference, type RateLimit } from '@pinecone-inference/client'
import type { Emulator, IndexSettings } from '@pinecone-inference/emulator'
import { sayRetries } from './say-retries.js'

/** Printed by a command with `--offline`. */
export const OFFLINE_NOTICE =
  'Offline: the answers come from the emulator’s lexical stand-ins, not from the hosted models.'

/** The options of a command that sends requests. The key and the address come from the environment. */
export interface ServiceOptions {
  readonly offline?: boolean
  readonly concurrency: number
  readonly tokensPerMinute?: number
  readonly plan?: RateLimit['plan']
}

/** The rate limit that the options set; undefined if it is to be learned. */
export function rateLimitOf({
  tokensPerMinute,
  plan,
}: Pick<ServiceOptions, 'tokensPerMinute' | 'plan'>): RateLimit | undefined {
  return tokensPerMinute === undefined && plan === undefined ? undefined : { tokensPerMinute, plan }
}

/** A client, and the service it is connected to. */
export interface Service {
  readonly client: PineconeInference
  /** The address, or `offline`: vectors of different services cannot be compared. */
  readonly name: string
  /** The address of the control plane, which resolves the names of indexes; undefined for Pinecone’s own. */
  readonly controlUrl: string | undefined
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly offline: boolean
  /** With `offline`, the indexes of the emulator. */
  readonly indexes?: readonly IndexSettings[] | undefined
  readonly concurrency: number
  readonly rateLimit: RateLimit | undefined
  /** Retries of one request; default the client's. */
  readonly maxRetries?: number
  readonly onTokens?: (model: string, tokens: number) => void
  /** Prints a line for the user. */
  readonly say: (line: string) => void
}

/** Connects to the service that the environment names, or to an emulator in this process. */
export async function connect(options: ConnectOptions): Promise<Service> {
  const { offline, indexes, concurrency, rateLimit, maxRetries, onTokens, say } = options
  checkEnvironment(offline)
  const emulator = offline ? await startOffline(say, indexes) : undefined
  const client = new PineconeInference({
    ...(emulator ? { baseUrl: emulator.url, apiKey: 'offline' } : {}),
    ...(rateLimit ? { rateLimit } : {}),
    maxConcurrency: concurrency,
    ...(maxRetries === undefined ? {} : { maxRetries }),
    ...(onTokens ? { onUsage: ({ model, totalTokens }) => onTokens(model, totalTokens) } : {}),
  })
  const endRetries = sayRetries(say)
  return {
    client,
    name: emulator
      ? 'offline'
      : process.env.PINECONE_INFERENCE_URL ||
        process.env.PINECONE_CONTROLLER_HOST ||
        'https://api.pinecone.io',
    controlUrl: emulator?.url ?? controlUrl(),
    async close() {
      endRetries()
      await client.close()
      await emulator?.close()
    },
  }
}

/** The emulator, in this process. Only `--offline` and `serve` load it. */
export async function startOffline(
  say: (line: string) => void,
  indexes?: readonly IndexSettings[],
): Promise<Emulator> {
  const { startEmulator } = await import('@pinecone-inference/emulator')
  const emulator = await startEmulator({ port: 0, indexes })
  say(OFFLINE_NOTICE)
  return emulator
}

/** The address of the control plane that the environment names; undefined for Pinecone’s own. */
export function controlUrl(): string | undefined {
  return process.env.PINECONE_CONTROLLER_HOST || process.env.PINECONE_INFERENCE_URL || undefined
}

const PREFIX = 'PINECONE_INFERENCE_'
const READ = ['URL', 'ALLOW_INSECURE'].map((name) => `${PREFIX}${name}`)

/**
 * What Kubernetes and Docker set for a service or container called `pinecone-inference`.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 * https://docs.docker.com/engine/network/links/#environment-variables (both November 2026)
 */
const OF_A_SERVICE = /^(SERVICE_|PORT$|PORT_|NAME$|ENV_)/

/**
 * Checks the key, and says which variables look like ours and are not read: a misspelt address would otherwise mean
 * Pinecone’s own.
 *
 * @throws PineconeConfigurationError without a usable key, unless `offline`
 */
export function checkEnvironment(offline: boolean): void {
  if (offline) return
  const unread = Object.keys(process.env).filter(
    (name) =>
      name.startsWith(PREFIX) && !READ.includes(name) && !OF_A_SERVICE.test(name.slice(PREFIX.length)),
  )
  for (const name of unread) {
    process.stderr.write(`warning: ${name} is not read; those that are: ${READ.join(', ')}\n`)
  }
  const key = process.env.PINECONE_API_KEY
  // A header cannot contain control characters; a key read from a file often ends with a line feed.
  if (key && /\p{Cc}/u.test(key)) {
    throw new PineconeConfigurationError(
      'PINECONE_API_KEY',
      'contains a line feed or another control character; set it without',
    )
  }
  if (key) return
  throw new PineconeConfigurationError(
    'PINECONE_API_KEY',
    'is not set; create a key at https://app.pinecone.io, or use --offline, which needs none',
  )
}
