import { expect, it } from 'vitest'
import { InFlightLimit } from './slot.js'

/**
 * Sends `sent` requests at once, of which the service accepts the first `taken`. Returns what the limit says of the
 * others.
 */
function round(limit: InFlightLimit, sent: number, taken: number): boolean[] {
  const flights = Array.from({ length: sent }, () => limit.sent())
  return flights.flatMap((flight, i) => {
    limit.landed()
    if (i >= taken) return [limit.refused(flight)]
    limit.accepted(flight)
    return []
  })
}

/** A limit that has seen a service accept four requests at a time and refuse four more, again and again. */
function four(): InFlightLimit {
  const limit = new InFlightLimit()
  round(limit, 4, 4)
  round(limit, 8, 4)
  return limit
}

it('is the number accepted at a time, if more were refused', () => {
  const limit = new InFlightLimit()
  expect(limit.room).toBe(Number.POSITIVE_INFINITY)
  round(limit, 3, 3)
  round(limit, 3, 3)
  expect(round(limit, 6, 3)).toEqual([false, false, true])
  expect(limit.room).toBe(3)
})

it('blames the rate while as many in flight are often accepted', () => {
  const limit = new InFlightLimit()
  for (let i = 0; i < 4; i++) round(limit, 8, 8)
  expect(round(limit, 8, 0)).toEqual(new Array(8).fill(false))
  expect(limit.isKnown).toBe(false)
})

it('blames the rate if a request is refused while nothing else is in flight', () => {
  const limit = new InFlightLimit()
  for (let i = 0; i < 10; i++) round(limit, 1, 1)
  round(limit, 1, 0)
  expect(round(limit, 8, 1)).not.toContain(true)
})

it('does not count a refused request as in flight for those sent after it', () => {
  const limit = four()
  expect(limit.max).toBe(4)
  const flights = Array.from({ length: 4 }, () => limit.sent())
  const tooMuch = limit.sent()
  const later = [limit.sent(), limit.sent()]
  limit.refused(tooMuch)
  expect(later.map(({ inFlight }) => inFlight)).toEqual([5, 6])
  expect(flights.map(({ inFlight }) => inFlight)).toEqual([1, 2, 3, 4])
})

it('tries one more in flight after enough accepted requests, and less often once that is refused', () => {
  const limit = four()
  const roundsUntilFive = () => {
    for (let rounds = 0; ; rounds++) {
      if (limit.max === 5) return rounds
      round(limit, 4, 4)
    }
  }
  const tries = [roundsUntilFive()]
  for (let i = 0; i < 3; i++) {
    expect(round(limit, 5, 4)).toEqual([true])
    expect(limit.max).toBe(4)
    tries.push(roundsUntilFive())
  }
  expect(tries).toEqual([8, 16, 32, 64])
})

it('grows again, soon faster, once one more is accepted', () => {
  const limit = four()
  for (let i = 0; i < 200; i++) round(limit, limit.max, 4)
  expect(limit.max).toBeLessThanOrEqual(5)
  for (let i = 0; i < 64 + 16 + 8; i++) round(limit, limit.max, limit.max)
  expect(limit.max).toBeGreaterThanOrEqual(7)
})
