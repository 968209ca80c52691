import type { SeparateOptions } from '../emulator/messages.js'
import { denseModel, rerankModel, sparseModel } from './reference.js'

/** Milliseconds that the client gives one attempt. */
export const timeout = 2_000

/** About one request in eight meets a fault, and the budgets are below what the calls would use. */
export const faults: SeparateOptions = {
  latency: { distribution: 'uniform', min: 10, max: 120 },
  errorRate: 0.03,
  faults: [
    { model: denseModel, fault: { kind: 'rate-limit', tokensPerMinute: 600_000 } },
    { model: sparseModel, fault: { kind: 'rate-limit', tokensPerMinute: 400_000 } },
    { model: rerankModel, fault: { kind: 'rate-limit', requestsPerMinute: 400 } },
    { probability: 0.02, fault: { kind: 'reset' } },
    { probability: 0.01, fault: { kind: 'cut', bytes: 0 } },
    { probability: 0.01, fault: { kind: 'cut', bytes: 5_000 } },
    { probability: 0.01, fault: { kind: 'stall', at: 'headers', ms: timeout / 2 } },
    { probability: 0.01, fault: { kind: 'stall', at: 'body', bytes: 2_000, ms: timeout / 2 } },
    { probability: 0.01, fault: { kind: 'stall', at: 'headers', ms: 3 * timeout } },
    { probability: 0.01, fault: { kind: 'stall', at: 'body', bytes: 2_000 } },
    { probability: 0.01, fault: { kind: 'status', status: 429, retryAfter: 1 } },
    { probability: 0.002, fault: { kind: 'malformed', as: 'not-json' } },
    { probability: 0.002, fault: { kind: 'malformed', as: 'wrong-count' } },
    { probability: 0.002, fault: { kind: 'malformed', as: 'wrong-dimension' } },
    { probability: 0.002, fault: { kind: 'malformed', as: 'non-finite' } },
  ],
}
