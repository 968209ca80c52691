import { expect, it } from 'vitest'
import { waitForRun } from './wait-for-run.js'

it('an abort ends the wait for a run, even while Redis does not answer', async () => {
  const stop = new AbortController()
  const silent = { spec: () => new Promise<undefined>(() => {}) }
  const waiting = waitForRun(silent, stop.signal)
  stop.abort()
  expect(await waiting).toBe(undefined)
})

it('an existing run is returned at once; a refusal by Redis is thrown', async () => {
  expect(await waitForRun({ spec: async () => ({ model: 'any' }) }, undefined)).toEqual({ model: 'any' })
  await expect(waitForRun({ spec: () => Promise.reject(new Error('NOAUTH')) }, undefined)).rejects.toThrow(
    'NOAUTH',
  )
})
