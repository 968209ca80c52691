import { expect, it } from 'vitest'
import { fitting } from './terminal-report.js'

const progress = {
  done: 5_000,
  total: 20_000,
  failed: 2,
  tokens: 123_456,
  perSecond: 120,
  secondsLeft: 125,
}
const bar = { filled: (size: number) => `${'#'.repeat(size)} `, percent: 25 }

it.each([
  [120, `${'#'.repeat(24)} 25 % | 5,000/20,000 | 2 failed, 123,456 tokens, 120/s, 2 min 5 s left`],
  [80, '25 % | 5,000/20,000 | 2 failed, 123,456 tokens, 120/s, 2 min 5 s left'],
  [40, '############ 25 % | 2 min 5 s left'],
  [25, '25 % | 2 min 5 s left'],
  [10, '25 %'],
])('a terminal of %i columns shows as much as fits, the time that is left to the end', (columns, line) => {
  expect(fitting(columns, progress, bar)).toBe(line)
})
