import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { folderOf, runProcess, start } from './run-command.js'
import { service } from './service.js'

/** A proxy that leads whoever asks, for whatever host, to one port of this machine. */
async function proxyTo(port: number) {
  const asked: string[] = []
  const credentials: unknown[] = []
  const hear = ({ method, url, headers }: IncomingMessage) => {
    asked.push(`${method} ${url}`)
    credentials.push(headers['proxy-authorization'])
  }
  const proxy = createServer((message, response) => {
    hear(message)
    const { method, headers, url = '' } = message
    const path = new URL(url).pathname
    message.pipe(
      request({ port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      }),
    )
  })
  proxy.on('connect', (message, socket: Duplex) => {
    hear(message)
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    for (const end of [socket, upstream]) end.on('error', () => {})
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return { proxy, asked, credentials, address: `127.0.0.1:${(proxy.address() as AddressInfo).port}` }
}

const KEY = { PINECONE_API_KEY: 'local' }
/** An address that only the proxy can reach. */
const BEHIND = { ...KEY, PINECONE_INFERENCE_URL: 'http://inference.invalid:5090' }
const INSECURE = { PINECONE_INFERENCE_ALLOW_INSECURE: '1' }
const portOf = (url: string) => Number(new URL(url).port)

it.each([
  ['HTTP_PROXY', 'http://'],
  ['http_proxy', ''],
])('%s leads to the service, with a scheme or without, and with its credentials', async (name, scheme) => {
  const { emulator } = await service()
  const { address, asked, credentials } = await proxyTo(portOf(emulator.url))
  const env = { ...BEHIND, [name]: `${scheme}me:secret@${address}` }
  const { code, stdout, stderr } = await runProcess(await folderOf(), ['models', '--allow-insecure'], env)
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('multilingual-e5-large')
  expect(asked[0]).toMatch(/inference\.invalid:5090/)
  expect(credentials[0]).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`)
})

it('HTTPS_PROXY is asked for a tunnel to the service', async () => {
  const { address, proxy } = await proxyTo(9)
  const { child, ended } = start(await folderOf(), ['models'], { ...KEY, HTTPS_PROXY: `http://${address}` })
  const [{ url }] = await once(proxy, 'connect')
  expect(url).toBe('api.pinecone.io:443')
  child.kill()
  await ended
})

it.each([
  ['a host of NO_PROXY', { NO_PROXY: 'other.example, localhost' }],
  ['this machine', {}],
])('%s is reached without the proxy', async (_, more) => {
  const { emulator, env } = await service()
  const { address, asked } = await proxyTo(portOf(emulator.url))
  const { code } = await runProcess(await folderOf(), ['models'], { ...env, HTTP_PROXY: address, ...more })
  expect([code, asked]).toEqual([0, []])
})

it('a proxy that is none is refused by the name of its variable, without its password', async () => {
  const env = { ...KEY, HTTPS_PROXY: 'socks5://me:secret@proxy:1080' }
  const { code, stderr } = await runProcess(await folderOf(), ['models'], env)
  expect([code, stderr]).toEqual([1, 'error: HTTPS_PROXY is not the address of an http or https proxy\n'])
})

it('plain http to another machine is refused, until the environment or --allow-insecure allows it', async () => {
  const { emulator } = await service()
  const { address } = await proxyTo(portOf(emulator.url))
  const env = { ...BEHIND, HTTP_PROXY: address }
  const folder = await folderOf()
  const refused = await runProcess(folder, ['models'], env)
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('PINECONE_INFERENCE_ALLOW_INSECURE=1')
  expect(await runProcess(folder, ['models'], { ...env, ...INSECURE })).toMatchObject({ code: 0 })
  const word = await runProcess(folder, ['models'], { ...env, PINECONE_INFERENCE_ALLOW_INSECURE: 'yes' })
  expect(word.stderr).toContain('PINECONE_INFERENCE_ALLOW_INSECURE is "yes"; allowed: 1, true, 0, false')
})
