import { expect, it } from 'vitest'
import { TokenTally } from './estimate.js'

it.each([
  [97, 100, 2],
  [96, 100, 1],
  [4, 1_000_000, 4],
  [4, 900_000, 2],
  [0, 0, 0],
])('%i texts of %i bytes take %i requests', (count, bytes, requests) => {
  const tally = new TokenTally('llama-text-embed-v2', undefined)
  for (let i = 0; i < count; i++) tally.add(bytes)
  expect(tally.requests).toBe(requests)
})
