import { PineconeConfigurationError, PineconeInference, type RateLimit } from '@pinecone-inference/client'
import { type IndexSettings, startEmulator } from '@pinecone-inference/emulator'
import { sayRetries } from './say-retries.js'

/** What a command says of `--offline`. */
export const OFFLINE_NOTICE =
  'Offline: the answers come from the emulator’s lexical stand-ins, not from the hosted models.'

/** How the service is asked. The key and the address come from the environment. */
export interface ServiceOptions {
  readonly offline?: boolean
  readonly concurrency: number
  readonly tokensPerMinute?: number
  readonly plan?: RateLimit['plan']
}

/** What the options say of the project's budget; undefined where that is learned. */
export function rateLimitOf({
  tokensPerMinute,
  plan,
}: Pick<ServiceOptions, 'tokensPerMinute' | 'plan'>): RateLimit | undefined {
  return tokensPerMinute === undefined && plan === undefined ? undefined : { tokensPerMinute, plan }
}

/** A client, and whose answers it gets. */
export interface Service {
  readonly client: PineconeInference
  /** The address, or `offline`: vectors of the one are no match for those of the other. */
  readonly name: string
  /** The address of the control plane, by which indexes are found; undefined for Pinecone’s. */
  readonly controlUrl: string | undefined
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly offline: boolean
  /** Indexes of the emulator, offline. */
  readonly indexes?: readonly IndexSettings[] | undefined
  readonly concurrency: number
  readonly rateLimit: RateLimit | undefined
  /** Retries of one request; default the client's. */
  readonly maxRetries?: number
  readonly onTokens?: (model: string, tokens: number) => void
  /** Tells the user something, a line. */
  readonly say: (line: string) => void
}

/** The service that the environment names, or the emulator in this process. */
export async function connect(options: ConnectOptions): Promise<Service> {
  const { offline, indexes, concurrency, rateLimit, maxRetries, onTokens, say } = options
  checkKey(offline)
  const emulator = offline ? await startEmulator({ port: 0, indexes }) : undefined
  if (emulator) say(OFFLINE_NOTICE)
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

/** Where indexes are found; undefined for Pinecone’s own address. */
export function controlUrl(): string | undefined {
  return process.env.PINECONE_CONTROLLER_HOST || process.env.PINECONE_INFERENCE_URL || undefined
}

/** Refuses to begin without a key, in the words of the command line. */
export function checkKey(offline: boolean): void {
  if (offline) return
  const key = process.env.PINECONE_API_KEY
  // A header takes no control characters; a file that was read into the variable ends with a line feed.
  if (key && /\p{Cc}/u.test(key)) {
    throw new PineconeConfigurationError(
      'PINECONE_API_KEY',
      'has a line feed or another control character in it; set it without',
    )
  }
  if (key) return
  throw new PineconeConfigurationError(
    'PINECONE_API_KEY',
    'is not set; https://app.pinecone.io makes a key, --offline needs none',
  )
}
