import { expect, it } from 'vitest'
import { ModelThread } from './model-thread.js'

interface Methods {
  embed(texts: string[]): Promise<string[]>
}

const start = (code: string) =>
  ModelThread.start<undefined, Methods>(`data:text/javascript,${encodeURIComponent(code)}`)

it.each([
  ['ends without a word', 'process.exit(3)', 'it ended with exit code 3'],
  ['has nothing to wait for', '', 'it ended with exit code 0'],
  ['throws', `throw new Error('no such model')`, 'no such model'],
])('a thread that %s before it is ready is an error, not an endless wait', async (_, code, reason) => {
  await expect(start(code)).rejects.toThrow(`The model thread does not start: ${reason}`)
})

it('a thread that ends while it serves ends its calls', async () => {
  const thread = await start(`
    import { parentPort } from 'node:worker_threads'
    parentPort.once('message', () => process.exit(0))
    parentPort.postMessage({ kind: 'opened' })`)
  const call = () => thread.call('embed', ['text'], new AbortController().signal)
  await expect(call()).rejects.toThrow('the model thread has ended')
  await expect(call()).rejects.toThrow('the model thread has ended')
})
