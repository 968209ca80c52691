import { expect, it } from 'vitest'
import { LearnedRate } from './learned-rate.js'

const MINUTE = 60_000

/** The rate per minute, seen from outside: how long a request waits behind one of the same size. */
function rateOf(learned: LearnedRate, amount: number, now: number): number {
  learned.take(amount, now)
  return (amount / learned.waitFor(amount, now)) * MINUTE
}

it('lets everything go until something is refused', () => {
  const learned = new LearnedRate(0)
  for (let i = 0; i < 1000; i++) learned.take(1_000_000, i)
  expect(learned.waitFor(1_000_000, 1000)).toBe(0)
})

it('takes it that a minute’s budget was there at the start', () => {
  const learned = new LearnedRate(0)
  for (let i = 0; i < 20; i++) learned.accepted(12_500, 1, 100 * i)
  learned.refused(12_500, 2000, 5000, 2000)
  expect(rateOf(learned, 12_500, 2000)).toBeCloseTo(250_000 / (1 + 2 / 60), -2)
})

it('does not measure a job by the hours of few queries before it', () => {
  const learned = new LearnedRate(0)
  const hour = 60 * MINUTE
  for (let now = 0; now < hour; now += 10_000) learned.accepted(20, 1, now)
  for (let i = 0; i < 20; i++) learned.accepted(12_500, 1, hour + 100 * i)
  learned.refused(12_500, hour + 2000, 5000, hour + 2000)
  expect(rateOf(learned, 12_500, hour + 2000)).toBeGreaterThan(80_000)
})

it('begins with what Retry-After implies, or a request a second, when little was accepted before', () => {
  const [told, untold] = [new LearnedRate(0), new LearnedRate(0)]
  told.refused(1000, 0, 4000, 10)
  expect(rateOf(told, 1000, 10)).toBeCloseTo(15_000)
  untold.refused(1000, 0, undefined, 10)
  expect(untold.waitFor(1000, 10)).toBeCloseTo(1000)
})

it('does not measure a large batch by small requests before it, however many they were', () => {
  const learned = new LearnedRate(0)
  for (let i = 0; i < 100; i++) learned.accepted(20, 1, 100 * i)
  learned.refused(12_000, 10_000, 1000, 10_000)
  expect(rateOf(learned, 12_000, 10_000)).toBeCloseTo(720_000)
})

it('finds back to its rate in a few requests, once the service accepts again after refusing everything', () => {
  const learned = new LearnedRate(0)
  for (let i = 0; i < 5; i++) learned.refused(1000, i, 1000, i)
  expect(rateOf(learned, 1000, 10)).toBeCloseTo(60_000 / 16)
  for (let i = 0; i < 5; i++) learned.accepted(1000, 1, 100)
  expect(rateOf(learned, 1000, 1e6)).toBeCloseTo(60_000, -3)
})

it('counts the refusals of requests that were on their way as one', () => {
  const [one, many] = [new LearnedRate(0), new LearnedRate(0)]
  for (const learned of [one, many]) {
    learned.refused(1000, 0, 1000, 100)
    learned.refused(1000, 200, 1000, 300)
  }
  for (let i = 0; i < 7; i++) many.refused(1000, 250, 1000, 310)
  expect(rateOf(many, 1000, 310)).toBeCloseTo(rateOf(one, 1000, 310))
})

it('forgets after a minute without a request', () => {
  const learned = new LearnedRate(0)
  learned.refused(1000, 0, undefined, 10)
  learned.resumed(10, 10 + MINUTE - 1)
  learned.take(1000, 10 + MINUTE - 1)
  expect(learned.waitFor(1000, 10 + MINUTE - 1)).toBeGreaterThan(0)
  learned.resumed(10, 10 + MINUTE)
  expect(learned.waitFor(1000, 10 + MINUTE)).toBe(0)
})
