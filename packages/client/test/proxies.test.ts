import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ProxyAgent, fetch as undiciFetch } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { PineconeInference } from '../dist/index.js'

/** A proxy that answers every wish for a tunnel with this status. */
async function refusing(status: number) {
  let asked = 0
  const proxy = createServer().on('connect', (_, socket) => {
    asked++
    socket.on('error', () => {})
    socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => void proxy.close())
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked: () => asked,
    close: () => once(proxy.close(), 'close'),
  }
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const knowsUndici8 = major > 22 || (major === 22 && minor >= 19)
const dispatcherOf = async (name: string, url: string) => {
  const { ProxyAgent }: typeof import('undici') = await import(name)
  return { dispatcher: new ProxyAgent(url) }
}

const ways: Record<string, (url: string) => Promise<object>> = {
  'undici 6': (url) => dispatcherOf('undici6', url),
  'undici 7': (url) => dispatcherOf('undici', url),
  ...(knowsUndici8 ? { 'undici 8': (url) => dispatcherOf('undici8', url) } : {}),
  fetch: async (url) => {
    const dispatcher = new ProxyAgent(url)
    return { fetch: (to: string, init: object) => undiciFetch(to, { ...init, dispatcher }) }
  },
}

describe.each(Object.entries(ways))('a proxy, by %s,', (_, through) => {
  it('that wants a password ends a call at once, and the error says what to do', async () => {
    const { url, asked } = await refusing(407)
    await using client = new PineconeInference({ apiKey: 'pcsk_test-key', ...(await through(url)) })
    await expect(client.listModels()).rejects.toMatchObject({
      name: 'PineconeConnectionError',
      verdict: 'setup',
      attempts: 1,
      message: expect.stringContaining('the proxy requires a user and password'),
    })
    expect(asked()).toBe(1)
  })

  it('that does not listen is named, and not mistaken for the service', async () => {
    const { url, close } = await refusing(407)
    await close()
    await using client = new PineconeInference({
      apiKey: 'pcsk_test-key',
      maxRetries: 0,
      ...(await through(url)),
    })
    await expect(client.listModels()).rejects.toMatchObject({
      name: 'PineconeConnectionError',
      verdict: 'moment',
      code: 'ECONNREFUSED',
      message: expect.stringContaining(
        `could not connect to the proxy: connect ECONNREFUSED ${new URL(url).host}`,
      ),
    })
  })

  it.each([
    [403, 'setup', 1],
    [503, 'moment', 2],
  ])('that answers with %i is for the verdict %s', async (status, verdict, attempts) => {
    const { url } = await refusing(status)
    await using client = new PineconeInference({
      apiKey: 'pcsk_test-key',
      maxRetries: 1,
      ...(await through(url)),
    })
    await expect(client.listModels()).rejects.toMatchObject({ verdict, attempts })
  })
})
