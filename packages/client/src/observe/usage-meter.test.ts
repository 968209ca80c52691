import { expect, it, vi } from 'vitest'
import { UsageMeter } from './usage-meter.js'

it('counts nothing where an answer does not say what was counted, but the request', () => {
  const onUsage = vi.fn()
  const meter = new UsageMeter(onUsage)
  meter.count('a model', 'another', { totalTokens: 2 })
  meter.count('a model', 'another', { rerankUnits: 1 })
  meter.count('a model', 'another', {})
  expect(onUsage.mock.lastCall).toEqual([
    {
      model: 'another',
      requestedModel: 'a model',
      totalTokens: 0,
      rerankUnits: 0,
      total: { requests: 3, totalTokens: 2, rerankUnits: 1 },
    },
  ])
})
