import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { Agent, fetch as undiciFetch } from 'undici'
import { expect, it, onTestFinished } from 'vitest'
import { PineconeInference } from '../dist/index.js'

const names = [{ name: 'commonName', value: 'localhost' }]
const past = { notBeforeDate: new Date(2020, 1), notAfterDate: new Date(2021, 1) }

it.each([
  { what: 'of an unknown authority', dates: {}, trusted: false, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  { what: 'of a trusted one that has expired', dates: past, trusted: true, code: 'CERT_HAS_EXPIRED' },
])('a certificate $what is final at once, and the error says what to do', async (certificate) => {
  const { dates, trusted, code } = certificate
  const { private: key, cert } = await generate(names, { keySize: 2048, ...dates })
  const server = createServer({ key, cert })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const baseUrl = `https://localhost:${(server.address() as AddressInfo).port}`
  const dispatcher = new Agent({ connect: trusted ? { ca: cert } : {} })
  onTestFinished(() => dispatcher.close())
  const throughFetch = (url: string, init: object) => undiciFetch(url, { ...init, dispatcher })
  for (const options of [{ dispatcher }, { fetch: throughFetch as unknown as typeof fetch }]) {
    await using client = new PineconeInference({ apiKey: 'pcsk_test-key', baseUrl, ...options })
    await expect(client.listModels()).rejects.toMatchObject({
      name: 'PineconeConnectionError',
      attempts: 1,
      verdict: 'setup',
      code,
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
  }
})

it('plain http where https is expected is final at once', async () => {
  const { createServer } = await import('node:http')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const baseUrl = `https://localhost:${(server.address() as AddressInfo).port}`
  await using client = new PineconeInference({ apiKey: 'pcsk_test-key', baseUrl })
  await expect(client.listModels()).rejects.toMatchObject({
    attempts: 1,
    code: 'ERR_SSL_WRONG_VERSION_NUMBER',
    message: expect.stringContaining('the other end speaks plain http: check the scheme and port of baseUrl'),
  })
})
