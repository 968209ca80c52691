import { expect, it } from 'vitest'
import { backoff } from './backoff.js'

it('doubles the longest wait with each retry, up to 30 seconds', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 50, 2000].map((retry) => backoff(retry, () => 1))
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000])
})

it('spreads waits over the whole span, so that clients do not come back together', () => {
  expect(backoff(3, () => 0)).toBe(0)
  expect(backoff(3, () => 0.5)).toBe(2000)
})
