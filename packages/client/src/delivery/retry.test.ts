import { expect, it } from 'vitest'
import { backoff, Refusals, RetryAllowance } from './retry.js'

it('doubles the maximum delay with each retry, up to 30 seconds', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 50, 2000].map((retry) => backoff(retry, () => 1))
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000])
})

it('spreads delays over the whole range, so that clients do not retry together', () => {
  expect(backoff(3, () => 0)).toBe(0)
  expect(backoff(3, () => 0.5)).toBe(2000)
})

function spent() {
  const allowance = new RetryAllowance()
  let taken = 0
  while (taken < 1000 && allowance.take()) taken++
  return { allowance, taken }
}

it('allows at most a hundred retries that fail', () => {
  const { allowance, taken } = spent()
  expect(taken).toBe(100)
  expect(allowance.take()).toBe(false)
})

it('earns one retry for ten requests that succeed at the first attempt', () => {
  const { allowance } = spent()
  for (let request = 0; request < 9; request++) allowance.succeeded(0)
  expect(allowance.take()).toBe(false)
  allowance.succeeded(0)
  expect(allowance.take()).toBe(true)
  expect(allowance.take()).toBe(false)
})

it('gives back retries that succeeded', () => {
  const { allowance } = spent()
  allowance.succeeded(2)
  expect([allowance.take(), allowance.take(), allowance.take()]).toEqual([true, true, false])
})

it('saves up no more than a hundred', () => {
  const { allowance } = spent()
  for (let request = 0; request < 5000; request++) allowance.succeeded(0)
  let taken = 0
  while (taken < 1000 && allowance.take()) taken++
  expect(taken).toBe(100)
})

it.each([
  [0.05, 6],
  [0.3, 12],
  [0.5, 20],
])('when %f of all requests are refused, it may be chance that one is refused %i times', (share, times) => {
  const refusals = new Refusals()
  for (let request = 1; request <= 1000; request++) {
    if ((request * share) % 1 < share) refusals.refused(request, request)
    else refusals.accepted(request)
  }
  expect(refusals.mayBeChance(times)).toBe(true)
  expect(refusals.mayBeChance(3 * times)).toBe(false)
})

it('it is not chance if nothing else is refused', () => {
  const refusals = new Refusals()
  for (let request = 1; request <= 1000; request++) refusals.accepted(request)
  for (let attempt = 1; attempt <= 6; attempt++) {
    refusals.refused(1000 + attempt, 1000 + attempt)
    for (let other = 0; other < 20; other++) refusals.accepted(1000 + attempt)
  }
  expect(refusals.mayBeChance(6)).toBe(false)
})
