import { mock } from 'node:test'
import { expect, it, onTestFinished, vi } from 'vitest'
import { E5, embedAnswer, scriptedApi, texts } from './scripted-api.js'

it.each([
  ['vitest’s', () => vi.useFakeTimers(), () => vi.useRealTimers()],
  ['node:test’s', () => mock.timers.enable(), () => mock.timers.reset()],
])(
  'under %s fake timers requests are sent, on kept connections too, and afterwards all is as before',
  async (_, fake, restore) => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client()
    await client.embed({ ...E5, inputs: ['before'] })
    fake()
    onTestFinished(() => void restore())
    await client.embed({ ...E5, inputs: ['first'] })
    await client.embed({ ...E5, inputs: ['second'] })
    await client.embedAll({ ...E5, inputs: texts(1000) })
    restore()
    await client.embed({ ...E5, inputs: ['after'] })
    await client.close()
    expect(api.requests).toHaveLength(15)
  },
)

it('a client whose code is loaded under fake timers works once they are back, too', async () => {
  const api = await scriptedApi(embedAnswer)
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  vi.resetModules()
  const { PineconeInference } = await import('../dist/index.js')
  const client = new PineconeInference({ apiKey: 'pcsk_test-key', baseUrl: api.url, maxConcurrency: 1 })
  await client.embedAll({ ...E5, inputs: texts(300) })
  vi.useRealTimers()
  await client.embedAll({ ...E5, inputs: texts(300) })
  await client.close()
  expect(api.requests).toHaveLength(8)
})
