import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseRetryAfter } from './retry-after.js'

const now = Date.UTC(2026, 10, 23, 12)
const parsed = (header: string | undefined, date?: string) => parseRetryAfter(header, date, now)

it.each([
  ['0', 0],
  ['120', 120_000],
  [' 3 ', 3000],
  ['0.25', 250],
  ['86400', 86_400_000],
  ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
  ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
  ['Monday, 23-Nov-26 12:00:30 GMT', 30_000],
  ['Mon Nov 23 12:00:30 2026', 30_000],
  ['Sun Dec  6 12:00:00 2026', 13 * 86_400_000],
])('%j is %i ms', (header, milliseconds) => {
  expect(parsed(header)).toBe(milliseconds)
})

it.each([
  undefined,
  '',
  'soon',
  'soon 2099',
  'Mon, 23 Nov 2099',
  'Xyz, 99 Foo 2026 12:00:30 GMT',
  '-5',
  '1e3',
  '12 seconds?',
  '3, 3',
  'NaN',
  '9'.repeat(400),
])('%j says nothing', (header) => {
  expect(parsed(header)).toBeUndefined()
})

it.each([-300, 300])('a date is compared with the answer’s own when our clock is %i s off', (seconds) => {
  const service = now + seconds * 1000
  const at = (milliseconds: number) => new Date(milliseconds).toUTCString()
  expect(parsed(at(service + 7000), at(service))).toBe(7000)
  expect(parsed(at(service - 7000), at(service))).toBe(0)
  expect(parsed('7', at(service))).toBe(7000)
  expect(parsed(at(now + 7000), 'yesterday')).toBe(7000)
  expect(parsed(at(now + 7000), at(0))).toBe(7000)
})

it('never returns a negative wait or NaN', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (header, date) => {
      const wait = parsed(header, date)
      expect(wait === undefined || (wait >= 0 && Number.isFinite(wait))).toBe(true)
    }),
  )
})

it('a number of seconds since 1970 is a date, not a delay', () => {
  const now = Date.UTC(2026, 10, 28)
  expect(parseRetryAfter(String(now / 1000 + 30), undefined, now)).toBe(30_000)
  expect(parseRetryAfter(String(now / 1000 - 30), undefined, now)).toBe(0)
})
