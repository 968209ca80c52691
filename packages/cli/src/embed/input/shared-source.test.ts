import { expect, it } from 'vitest'
import { SharedSource } from './shared-source.js'

async function* numbers(count: number, pulled: number[] = []) {
  for (let i = 0; i < count; i++) {
    pulled.push(i)
    yield i
  }
}

async function take<T>(reader: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = []
  while (taken.length < count) {
    const { done, value } = await reader.next()
    if (done) break
    taken.push(value)
  }
  return taken
}

it('gives every reader every item, whichever is ahead', async () => {
  const source = new SharedSource(numbers(10))
  const [fast, slow] = [source.reader(), source.reader()]
  expect(await take(fast, 7)).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(await take(slow, 9)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  expect(await take(fast, 9)).toEqual([7, 8, 9])
  expect(await take(slow, 9)).toEqual([9])
})

it('asks its source for each item once, also when readers wait side by side', async () => {
  const pulled: number[] = []
  const source = new SharedSource(numbers(3, pulled))
  const [one, other] = [source.reader(), source.reader()]
  expect(await Promise.all([take(one, 9), take(other, 9)])).toEqual([
    [0, 1, 2],
    [0, 1, 2],
  ])
  expect(pulled).toEqual([0, 1, 2])
})

it('holds what is not let go of, in order', async () => {
  const source = new SharedSource(numbers(3))
  expect(source.shift()).toBeUndefined()
  await take(source.reader(), 3)
  expect([source.shift(), source.shift(), source.shift(), source.shift()]).toEqual([0, 1, 2, undefined])
})

it('lets go of many in a time that grows with their number', async () => {
  const source = new SharedSource(numbers(100_000))
  for await (const _ of source.reader());
  let count = 0
  while (source.shift() !== undefined) count++
  expect(count).toBe(100_000)
})

it('fails every reader with its source', async () => {
  const source = new SharedSource(
    // biome-ignore lint/correctness/useYield: it fails at once
    (async function* (): AsyncGenerator<number> {
      throw new Error('disk')
    })(),
  )
  const results = await Promise.allSettled([source.reader().next(), source.reader().next()])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
