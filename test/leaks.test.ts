import { execFile } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PineconeInference } from '@pinecone-inference/client'
import { startEmulator } from '@pinecone-inference/emulator'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { rawServer, right, silent } from './raw-server.js'

const request = {
  model: 'multilingual-e5-large',
  inputs: ['one'],
  parameters: { inputType: 'passage' },
} as const

function heard(event: 'warning' | 'unhandledRejection'): unknown[] {
  const events: unknown[] = []
  const listener = (value: unknown) => void events.push(value)
  process.on(event, listener)
  onTestFinished(() => void process.off(event, listener))
  return events
}

// Ten thousand calls take their time on a loaded machine.
vi.setConfig({ testTimeout: 90_000 })

describe('a signal that lives long', () => {
  it('has no listener left after 10,000 calls, nor a warning, nor an unhandled rejection', async () => {
    const [warnings, rejections] = [heard('warning'), heard('unhandledRejection')]
    const { url } = await rawServer(right)
    await using client = new PineconeInference({ apiKey: 'offline', baseUrl: url })
    const { signal } = new AbortController()
    const call = () => client.embed(request, { signal })
    await Promise.all(Array.from({ length: 10_000 }, call))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect([warnings, rejections]).toEqual([[], []])
  })

  it('aborts 10,000 calls at once, in the queue and on the wire, and each rejects with its reason', async () => {
    const [warnings, rejections] = [heard('warning'), heard('unhandledRejection')]
    const { url, received } = await rawServer(silent, silent, silent, right)
    await using client = new PineconeInference({ apiKey: 'offline', baseUrl: url, maxConcurrency: 3 })
    const abort = new AbortController()
    const reason = new Error('enough')
    const calls = Array.from({ length: 10_000 }, () => client.embed(request, { signal: abort.signal }))
    const outcomes = Promise.allSettled(calls)
    await vi.waitUntil(() => received.length === 3, { interval: 1 })
    abort.abort(reason)
    expect(
      new Set((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason)),
    ).toEqual(new Set([reason]))
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0)
    expect((await client.embed(request)).data).toHaveLength(1)
    expect([warnings, rejections]).toEqual([[], []])
  })
})

describe('a failed bulk call', () => {
  it('leaves no rejection unhandled, though many batches fail at the same time', async () => {
    const rejections = heard('unhandledRejection')
    const emulator = await startEmulator({ faults: [{ fault: { kind: 'status', status: 400 } }] })
    onTestFinished(() => emulator.close())
    await using client = new PineconeInference({ apiKey: 'offline', baseUrl: emulator.url })
    const inputs = Array.from({ length: 5000 }, (_, i) => `text ${i}`)
    await expect(client.embedAll({ ...request, inputs })).rejects.toMatchObject({ status: 400 })
    await expect(client.embedStream({ ...request, inputs }).next()).rejects.toMatchObject({ status: 400 })
    await new Promise((resolve) => setImmediate(resolve))
    expect(rejections).toEqual([])
  })
})

describe('a process', () => {
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  const program = (end: string) => `
    import { PineconeInference } from '@pinecone-inference/client'
    const client = new PineconeInference()
    const { data } = await client.embedAll({
      model: 'multilingual-e5-large', inputs: Array(200).fill('text'), parameters: { inputType: 'passage' },
    })
    ${end}
    console.log(data.length)`

  it.each([
    ['after close()', 'await client.close()'],
    ['without close()', ''],
    [
      'after a stream was left',
      `for await (const _ of client.embedStream({
      model: 'multilingual-e5-large', inputs: Array(2000).fill('text'), parameters: { inputType: 'passage' },
    })) break`,
    ],
  ])('ends by itself %s', async (_, end) => {
    const emulator = await startEmulator()
    onTestFinished(() => emulator.close())
    const env = { ...process.env, PINECONE_API_KEY: 'offline', PINECONE_INFERENCE_URL: emulator.url }
    // A process that does not end is killed, and that rejects.
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program(end)],
      { cwd, env, timeout: 20_000 },
    )
    expect(stdout.trim()).toBe('200')
  })
})
