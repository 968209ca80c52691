import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseRetryAfter } from './retry-after.js'

const now = Date.UTC(2026, 10, 23, 12)

it.each([
  ['0', 0],
  ['120', 120_000],
  [' 3 ', 3000],
  ['0.25', 250],
  ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
  ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
])('%j is %i ms', (header, milliseconds) => {
  expect(parseRetryAfter(header, now)).toBe(milliseconds)
})

it.each([undefined, '', 'soon', '-5', '1e3', '12 seconds?', 'NaN'])('%j says nothing', (header) => {
  expect(parseRetryAfter(header, now)).toBeUndefined()
})

it('never asks for a wait that is negative or no number', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      const wait = parseRetryAfter(header, now)
      expect(wait === undefined || wait >= 0).toBe(true)
    }),
  )
})
