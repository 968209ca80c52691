import { type Emulator, startEmulator } from '@pinecone-inference/emulator'

/** What the service below does, in words. */
export const STORM =
  '60 to 200 ms, allows 120,000 tokens a minute, refuses some requests anyway (429),\nfails with 503 and cuts connections'

/** A service on a bad day. The same faults fall on everyone: they are drawn with a seed. */
export function startStormyService(): Promise<Emulator> {
  return startEmulator({
    latency: { distribution: 'uniform', min: 60, max: 200 },
    rateLimit: { tokensPerMinute: 120_000 },
    faults: [
      { route: '/embed', probability: 0.04, fault: { kind: 'status', status: 429, retryAfter: 1 } },
      { route: '/embed', probability: 0.06, fault: { kind: 'status', status: 503 } },
      { route: '/embed', probability: 0.04, fault: { kind: 'cut', bytes: 5_000 } },
    ],
    seed: 7,
  })
}
