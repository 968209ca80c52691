import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import * as imported from '../dist/index.js'

// What a program has that imports this package, and uses another package that requires it.
const required: typeof imported = createRequire(import.meta.url)('../dist/index.cjs')

const answer = { status: 429, code: undefined, details: undefined, requestId: undefined, retryAfterMs: 5 }

it.each([
  ['imported', 'required', imported, required],
  ['required', 'imported', required, imported],
])('an error of the %s copy is an instance of the %s copy’s classes', (_, __, own, other) => {
  const error = new own.PineconeRateLimitError('too much', answer)
  expect(error instanceof other.PineconeRateLimitError).toBe(true)
  expect(error instanceof other.PineconeApiError).toBe(true)
  expect(error instanceof other.PineconeInferenceError).toBe(true)
  expect(error instanceof other.PineconeServerError).toBe(false)
  expect(error instanceof other.PineconeTimeoutError).toBe(false)
  expect(error).toBeInstanceOf(Error)
})

it('an error that is not ours is not an instance', () => {
  for (const value of [new Error('x'), {}, null, undefined, 'text', () => {}]) {
    expect(value instanceof imported.PineconeInferenceError).toBe(false)
  }
})

it('a program’s own subclass has only its own instances', () => {
  class Mine extends imported.PineconeInferenceError {}
  expect(new Mine('x') instanceof Mine).toBe(true)
  expect(new Mine('x') instanceof required.PineconeInferenceError).toBe(true)
  expect(new imported.PineconeInferenceError('x') instanceof Mine).toBe(false)
})
