import { PineconeInference, PineconeRateLimitError } from '@pinecone-inference/client'
import { type Emulator, startEmulator } from '@pinecone-inference/emulator'

/** What the service below does, in words. */
export const STORM =
  'a service on a bad day. It allows 600,000 tokens a minute,\nwhich somebody else has just used up; it also refuses requests at random (429), fails (503) and cuts connections'

const model = 'llama-text-embed-v2'
const parameters = { inputType: 'passage' } as const

/** The same faults fall on everyone: they are drawn with a seed. */
export async function startStormyService(): Promise<Emulator> {
  const emulator = await startEmulator({
    latency: { distribution: 'uniform', min: 60, max: 200 },
    rateLimit: { tokensPerMinute: 600_000 },
    seed: 7,
  })
  await useUp(emulator.url)
  emulator.requests.length = 0
  emulator.faults.add({
    route: '/embed',
    probability: 0.04,
    fault: { kind: 'status', status: 429, retryAfter: 1 },
  })
  emulator.faults.add({ route: '/embed', probability: 0.06, fault: { kind: 'status', status: 503 } })
  emulator.faults.add({ route: '/embed', probability: 0.04, fault: { kind: 'cut', bytes: 5_000 } })
  return emulator
}

/** Spends what the minute has, so that everyone starts at the limit. */
async function useUp(baseUrl: string): Promise<void> {
  await using client = new PineconeInference({ apiKey: 'somebody-else', baseUrl, maxRetries: 0 })
  const inputs = Array.from({ length: 48 }, () => 'word '.repeat(2048))
  try {
    for (;;) await client.embed({ model, inputs, parameters })
  } catch (error) {
    if (!(error instanceof PineconeRateLimitError)) throw error
  }
}
