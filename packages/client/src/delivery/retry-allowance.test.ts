import { expect, it } from 'vitest'
import { RetryAllowance } from './retry-allowance.js'

function spent() {
  const allowance = new RetryAllowance()
  let taken = 0
  while (taken < 1000 && allowance.take()) taken++
  return { allowance, taken }
}

it('allows a hundred retries that do not help, and no more', () => {
  const { allowance, taken } = spent()
  expect(taken).toBe(100)
  expect(allowance.take()).toBe(false)
})

it('gives one back for ten requests that succeed at once', () => {
  const { allowance } = spent()
  for (let request = 0; request < 9; request++) allowance.succeeded(0)
  expect(allowance.take()).toBe(false)
  allowance.succeeded(0)
  expect(allowance.take()).toBe(true)
  expect(allowance.take()).toBe(false)
})

it('gives those back that helped', () => {
  const { allowance } = spent()
  allowance.succeeded(2)
  expect([allowance.take(), allowance.take(), allowance.take()]).toEqual([true, true, false])
})

it('saves no more than the hundred', () => {
  const { allowance } = spent()
  for (let request = 0; request < 5000; request++) allowance.succeeded(0)
  let taken = 0
  while (taken < 1000 && allowance.take()) taken++
  expect(taken).toBe(100)
})
