import { describe, expect, it } from 'vitest'
import { drawLatency, type Latency } from './latency.js'
import { seededRandom } from './random.js'

const mean = (latency: Latency) => {
  const random = seededRandom(1)
  const drawn = Array.from({ length: 20_000 }, (_, call) => drawLatency(latency, call, random))
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
  return drawn.reduce((sum, value) => sum + value, 0) / drawn.length
}

describe('drawLatency', () => {
  it('follows its distribution', () => {
    expect(mean(50)).toBe(50)
    expect(mean({ distribution: 'uniform', min: 100, max: 300 })).toBeCloseTo(200, -1)
    expect(mean({ distribution: 'normal', mean: 200, deviation: 20 })).toBeCloseTo(200, -1)
    expect(mean({ distribution: 'exponential', mean: 100 })).toBeCloseTo(100, -1)
  })

  it('calls a function with the number of the call', () => {
    expect(drawLatency((call) => call * 10, 4, Math.random)).toBe(40)
    expect(drawLatency(() => -5, 1, Math.random)).toBe(0)
  })

  it('draws the same for the same seed', () => {
    const draw = (seed: number) =>
      drawLatency({ distribution: 'uniform', min: 0, max: 1000 }, 1, seededRandom(seed))
    expect(draw(5)).toBe(draw(5))
    expect(draw(5)).not.toBe(draw(6))
  })
})
