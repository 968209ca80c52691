import fc from 'fast-check'
import { expect, it } from 'vitest'
import { planBatches } from './plan-batches.js'

const plan = (sizes: number[], count: number, bytes: number) =>
  [
    ...planBatches(
      sizes.map((size, index) => ({ index, bytes: size })),
      { count, bytes },
    ),
  ].map((batch) => ({ start: batch[0]?.index, items: batch.map((item) => item.bytes) }))

it('fills batches up to the count', () => {
  expect(plan([1, 1, 1, 1, 1], 2, 100).map(({ start, items }) => [start, items.length])).toEqual([
    [0, 2],
    [2, 2],
    [4, 1],
  ])
})

it('closes a batch before it would exceed the bytes', () => {
  expect(plan([40, 40, 40, 10], 10, 100).map(({ items }) => items)).toEqual([
    [40, 40],
    [40, 10],
  ])
})

it('gives an item over the bytes a batch of its own', () => {
  expect(plan([10, 500, 10], 10, 100).map(({ items }) => items)).toEqual([[10], [500], [10]])
})

it('loses nothing, keeps the order and stays within the limits for any sizes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 })),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 100 }),
      (sizes, count, bytes) => {
        const batches = plan(sizes, count, bytes)
        expect(batches.flatMap(({ items }) => items)).toEqual(sizes)
        let next = 0
        for (const { start, items } of batches) {
          expect(start).toBe(next)
          next += items.length
          expect(items.length).toBeGreaterThan(0)
          expect(items.length).toBeLessThanOrEqual(count)
          const total = items.reduce((sum, size) => sum + size, 0)
          expect(total <= bytes || items.length === 1).toBe(true)
        }
      },
    ),
  )
})
