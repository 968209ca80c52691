import { expect, it, vi } from 'vitest'
import { Memory } from './memory.js'

const lengths = () => vi.fn(async (texts: readonly string[]) => texts.map(({ length }) => length))

it('computes each text once, and returns values in the order of the texts', async () => {
  const memory = new Memory<number>(10)
  const compute = lengths()
  expect(await memory.get(['a', 'bb', 'a'], compute)).toEqual([1, 2, 1])
  expect(await memory.get(['ccc', 'bb'], compute)).toEqual([3, 2])
  expect(await memory.get(['bb', 'a'], compute)).toEqual([2, 1])
  expect(compute.mock.calls).toEqual([[['a', 'bb']], [['ccc']]])
})

it('drops what was not used for longest, and accepts more texts than it keeps', async () => {
  const memory = new Memory<number>(2)
  const compute = lengths()
  expect(await memory.get(['a', 'bb', 'ccc'], compute)).toEqual([1, 2, 3])
  await memory.get(['bb'], compute)
  await memory.get(['dddd'], compute)
  await memory.get(['bb', 'ccc'], compute)
  expect(compute.mock.calls.slice(1)).toEqual([[['dddd']], [['ccc']]])
})

it('keeps nothing of a failure, and refuses too few results', async () => {
  const memory = new Memory<number>(2)
  await expect(memory.get(['a'], async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(memory.get(['a', 'bb'], async () => [1])).rejects.toThrow('2 texts, but 1 results')
  expect(await memory.get(['a'], lengths())).toEqual([1])
})
