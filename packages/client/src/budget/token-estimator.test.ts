import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type TextLoad, TokenEstimator } from './token-estimator.js'

const batch = { texts: 96, bytes: 24_000 }
const query = { texts: 1, bytes: 1 }

it('learns from the service’s counts, but not from a count of 0', () => {
  const estimator = new TokenEstimator()
  const first = estimator.estimate(batch)
  estimator.learn(batch, 0)
  estimator.learn({ texts: 0, bytes: 0 }, 10)
  expect(estimator.estimate(batch)).toBe(first)
  for (let answer = 0; answer < 3; answer++) estimator.learn(batch, 2 * first)
  expect(estimator.estimate(batch) / first).toBeGreaterThan(1.9)
})

const load = fc.oneof(
  fc.record({ texts: fc.constant(1), bytes: fc.integer({ min: 1, max: 60 }) }),
  fc
    .tuple(fc.integer({ min: 1, max: 96 }), fc.integer({ min: 1, max: 2000 }))
    .map(([texts, each]) => ({ texts, bytes: texts * each })),
)
const service = fc
  .record({
    perText: fc.double({ min: 0, max: 12, noNaN: true }),
    perByte: fc.double({ min: 0.1, max: 1, noNaN: true }),
  })
  .map(
    ({ perText, perByte }) =>
      ({ texts, bytes }: TextLoad) =>
        perText * texts + perByte * bytes,
  )
const learned = (loads: readonly TextLoad[], count: (load: TextLoad) => number) => {
  const estimator = new TokenEstimator()
  for (const load of loads) estimator.learn(load, count(load))
  return estimator
}
const off = (estimated: number, counted: number) => Math.abs(estimated - counted) / Math.max(10, counted)

it('is within a fifth after thirty answers to requests of any sizes, in any order', () => {
  fc.assert(
    fc.property(
      service,
      fc.array(load, { minLength: 2, maxLength: 8 }),
      fc.infiniteStream(fc.nat()),
      (count, sizes, picks) => {
        const mixed = [...sizes, ...sizes, ...sizes]
        for (const pick of picks.take(30)) mixed.push(sizes[pick % sizes.length] ?? query)
        const estimator = learned(mixed, count)
        for (const size of sizes) expect(off(estimator.estimate(size), count(size))).toBeLessThan(0.2)
      },
    ),
  )
})

it('keeps its estimate of batches over any number of tiny requests, and vice versa', () => {
  fc.assert(
    fc.property(service, fc.integer({ min: 1, max: 300 }), (count, times) => {
      const batches = Array(5).fill(batch)
      const queries = Array(times).fill(query)
      expect(off(learned([...batches, ...queries], count).estimate(batch), count(batch))).toBeLessThan(0.2)
      const [short, long] = [Array(5).fill(query), Array(times).fill(batch)]
      expect(off(learned([...short, ...long], count).estimate(query), count(query))).toBeLessThan(0.2)
    }),
  )
})

it('follows when the texts change', () => {
  const estimator = learned(Array(500).fill(batch), () => 6000)
  for (let answer = 0; answer < 15; answer++) estimator.learn(batch, 12_000)
  expect(off(estimator.estimate(batch), 12_000)).toBeLessThan(0.1)
})
