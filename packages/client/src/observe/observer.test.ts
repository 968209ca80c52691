import { expect, it, onTestFinished, vi } from 'vitest'
import { channels } from './events.js'
import { Observer, UsageMeter } from './observer.js'

it('creates no events while no one listens', async () => {
  const spies = Object.values(channels).map((channel) => vi.spyOn(channel, 'publish'))
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore()
  })
  const request = { method: 'POST', path: '/embed', host: 'localhost', attempt: 1, callId: 1 } as const
  await new Observer(undefined).watch({}, async (watch) => {
    watch.started(request)
    watch.failed(request, 1, new Error('once'))
    watch.retrying(request, new Error('once'), 1)
    watch.succeeded(request, 1, {}, { status: 200, requestId: undefined }, {})
  })
  for (const spy of spies) expect(spy).not.toHaveBeenCalled()
})

it('counts only the request if its answer reports no usage', () => {
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
