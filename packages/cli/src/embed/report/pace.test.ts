import { expect, it } from 'vitest'
import { Pace } from './pace.js'

it('is unknown in the first second, then the records a second', () => {
  const pace = new Pace()
  expect(pace.mark(0, 5_000)).toBeUndefined()
  expect(pace.mark(90, 5_900)).toBeUndefined()
  expect(pace.mark(200, 7_000)).toBe(100)
})

it('counts from where a run goes on', () => {
  const pace = new Pace()
  pace.mark(1_000_000, 0)
  expect(pace.mark(1_000_100, 2_000)).toBe(50)
})

it('forgets what is more than fifteen seconds ago', () => {
  const pace = new Pace()
  let done = 0
  for (let second = 0; second <= 60; second++) {
    done += second < 30 ? 1000 : 10
    pace.mark(done, second * 1000)
  }
  expect(pace.mark(done, 60_000)).toBe(10)
})
