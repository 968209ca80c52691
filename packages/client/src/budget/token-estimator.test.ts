import { expect, it } from 'vitest'
import { TokenEstimator } from './token-estimator.js'

it('learns from what was counted, and nothing from a count of nothing', () => {
  const estimator = new TokenEstimator()
  estimator.learn(100, 0)
  estimator.learn(0, 10)
  expect(estimator.estimate(300)).toBe(100)
  estimator.learn(100, 50)
  expect(estimator.estimate(300)).toBe(150)
})
