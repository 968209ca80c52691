import { expect, it } from 'vitest'
import { numbersLength, writeNumbers } from './write-numbers.js'

const written = (values: readonly number[]) => {
  const target = Buffer.alloc(numbersLength(values.length))
  return target.subarray(0, writeNumbers(target, 0, values)).toString()
}

it('writes JSON numbers with eight decimals', () => {
  expect(written([])).toBe('[]')
  expect(written([0, 1, -1, 0.5, -0.01234567891])).toBe('[0,1,-1,0.50000000,-0.01234568]')
  expect(written([1e-9, -1e-9, 0.999999999])).toBe('[0,0,1]')
})

it('reads back to within its precision, over the whole range', () => {
  const values = Array.from(
    { length: 2001 },
    (_, index) => (index - 1000) / 1000 + Math.sin(index) * 1e-5,
  ).map((value) => Math.max(-1, Math.min(1, value)))
  const back = JSON.parse(written(values)) as number[]
  for (const [index, value] of values.entries())
    expect(Math.abs((back[index] ?? 9) - value)).toBeLessThanOrEqual(5.1e-9)
})
