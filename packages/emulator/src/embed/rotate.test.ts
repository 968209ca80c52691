import { describe, expect, it } from 'vitest'
import { rotate } from './rotate.js'

const dot = (left: Float64Array, right: Float64Array) =>
  left.reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0)

describe('rotate', () => {
  it.each([384, 512, 768, 1024, 2048])('keeps lengths and angles in %i dimensions', (dimension) => {
    const one = Float64Array.from({ length: dimension }, (_, i) => Math.sin(i * i))
    const two = Float64Array.from({ length: dimension }, (_, i) => Math.cos(i * 3))
    const before = [dot(one, one), dot(one, two), dot(two, two)]
    rotate(one)
    rotate(two)
    const after = [dot(one, one), dot(one, two), dot(two, two)]
    for (const [index, value] of before.entries()) expect(after[index]).toBeCloseTo(value, 8)
  })

  it('spreads one coordinate over many', () => {
    const vector = new Float64Array(1024)
    vector[5] = 1
    rotate(vector)
    expect(vector.filter((value) => value !== 0)).toHaveLength(1024)
  })

  it('refuses a length that it cannot mix evenly', () => {
    expect(() => rotate(new Float64Array(1000))).toThrow('1000')
  })
})
