import { describe, expect, it } from 'vitest'
import { ratePolicy } from './rate-policy.js'

const refusal = { is: 'refused', amount: 9_000, sentAt: 0, retryAfterMs: 30_000 } as const

/** One request is accepted after 30 seconds in which everything was refused. */
function resumed() {
  let state = ratePolicy.start({}, 0)
  state = ratePolicy.after(state, { is: 'sent', amount: 9_000 }, 0)
  state = ratePolicy.after(state, refusal, 300)
  state = ratePolicy.after(state, { is: 'sent', amount: 9_000 }, 30_300)
  return ratePolicy.after(state, { is: 'accepted', expected: 9_000, actual: 9_000 }, 30_600)
}

describe('while the rate grows', () => {
  it.each([20, 5_000, 12_000])('a request of %i waits as long as it was told', (amount) => {
    const state = resumed()
    const wait = ratePolicy.wait(state, amount, 30_600)
    expect(wait).toBeLessThan(5_000)
    expect(ratePolicy.wait(state, amount, 30_600 + wait / 2)).toBeGreaterThan(0)
    expect(ratePolicy.wait(state, amount, 30_600 + wait + 1)).toBe(0)
  })
})
