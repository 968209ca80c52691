import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PineconeInference } from '@pinecone-inference/client'
import { type Emulator, type Fault, startEmulator } from '@pinecone-inference/emulator'
import { PineconeEmbeddings } from '@pinecone-inference/langchain'
import { ProxyAgent } from 'undici'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { root } from './documents.js'

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator()
})
afterEach(() => emulator.close())

const request = {
  model: 'llama-text-embed-v2',
  inputs: ['a text'],
  parameters: { inputType: 'passage' },
} as const
const options = () => ({ apiKey: 'any', baseUrl: emulator.url, maxRetries: 0 })
function clientWith(more: object = {}): PineconeInference {
  const client = new PineconeInference({ ...options(), ...more })
  onTestFinished(() => client.close())
  return client
}
const send = (more: object = {}) => clientWith(more).embedAll(request)
const met = (fault: Fault) => {
  emulator.faults.add({ fault })
  return send()
}
const status = (status: number, more: object = {}) => met({ kind: 'status', status, ...more })
const build = async (more: object) => clientWith(more)

/** A proxy that asks for a password. */
async function proxyWithPassword(): Promise<string> {
  const server = createServer().on('connect', (_, socket) =>
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const anotherModel = async () =>
  Response.json({
    model: 'multilingual-e5-large',
    vector_type: 'dense',
    data: [{ vector_type: 'dense', values: new Array(1024).fill(0.1) }],
    usage: { total_tokens: 1 },
  })

/** What leads to each row, by its first cells; what it leads to is compared with the row. */
const failures: Record<string, () => Promise<unknown>> = {
  'apiKey is missing …': () => build({ apiKey: undefined }),
  'baseUrl is … over plain http …': () => build({ baseUrl: 'http://inference.example' }),
  '… is not an option of … did you mean …?': () => build({ maxRetry: 3 }),
  'parameters.inputType is required by …': () =>
    clientWith().embedAll({ model: request.model, inputs: ['a'] } as never),
  'inputs[12] is an empty string …': () =>
    clientWith().embedAll({ ...request, inputs: [...'abcdefghijkl', ''] }),

  '401 PineconeAuthenticationError': () => status(401),
  '403 PineconeAuthenticationError': () => status(403),
  '404 PineconeInvalidRequestError': () => status(404),
  '400, 422 PineconeInvalidRequestError': () => status(422),
  '400, 422 … the request itself is refused …': () => {
    emulator.faults.add({ fault: { kind: 'status', status: 422 } })
    return clientWith().embedAll(request, { onError: 'collect' })
  },
  '413 PineconeInvalidRequestError': () => status(413),
  '429 PineconeRateLimitError': () => status(429, { retryAfter: 0 }),
  '429 PineconeQuotaError': () => status(429, { retryAfter: 300 }),
  '5xx PineconeServerError': () => status(500),
  'any other PineconeApiError': () => status(405),
  '200, but wrong PineconeResponseError': () => met({ kind: 'malformed', as: 'wrong-count' }),
  '200, but wrong … was served by …': () => send({ fetch: anotherModel }),

  'ENOTFOUND, EAI_AGAIN': () => send({ baseUrl: 'https://inference.invalid' }),
  ECONNREFUSED: () => send({ baseUrl: 'http://127.0.0.1:1' }),
  'could not connect to the proxy': () => send({ dispatcher: new ProxyAgent('http://127.0.0.1:1') }),
  'Proxy response (407)': async () =>
    send({ baseUrl: 'https://inference.example', dispatcher: new ProxyAgent(await proxyWithPassword()) }),
  ERR_SSL_WRONG_VERSION_NUMBER: () => send({ baseUrl: emulator.url.replace('http:', 'https:') }),
  PineconeTimeoutError: () => {
    emulator.faults.add({ fault: { kind: 'stall', at: 'headers' } })
    return send({ timeout: 20 })
  },
  'the call took longer than its timeout …': () => {
    emulator.faults.add({ fault: { kind: 'stall', at: 'headers' } })
    return new PineconeEmbeddings({ client: clientWith() }).embedDocuments(['a'], { timeout: 20 })
  },
}

/** Tested where they can be made, or no error at all. */
const elsewhere = [
  'fetch is required …',
  'the message names another address',
  'SELF_SIGNED_CERT_IN_CHAIN and the like',
  'calls hang in tests',
]

/** The first cells of each row, without the remedy. */
const [, ...sections] = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8').split(/^## /m)
const rows = sections
  .filter((section) => /^(Before|From the (service|network))/.test(section))
  .flatMap((section) =>
    section
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2),
  )
  .map((line) => line.replaceAll('`', '').split('|').slice(1, -2))
  .map((cells) => cells.map((cell) => cell.trim()))

it('every row of the page is tried, here or elsewhere', () => {
  expect(rows.map((cells) => cells.join(' ')).sort()).toEqual([...Object.keys(failures), ...elsewhere].sort())
})

it.each(Object.entries(failures))('%s', async (title, fail) => {
  vi.stubEnv('PINECONE_API_KEY', undefined)
  onTestFinished(() => void vi.unstubAllEnvs())
  const error = await fail().catch((reason: Error & { code?: string }) => reason)
  const told = `${(error as Error).name} ${(error as { code?: string }).code} ${(error as Error).message}`
  const [sign = ''] = rows.find((cells) => cells.join(' ') === title)?.slice(-1) ?? []
  const isTold = (part: string) => told.includes(part.trim())
  expect(
    sign.split(', ').some((one) => one.split(/…\??/).every(isTold)),
    told,
  ).toBe(true)
})
