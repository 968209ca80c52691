import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startEmulator } from '../dist/index.js'
import { call, embedBody, headers, withEmulator } from './client.js'

describe('an emulator', () => {
  it('listens on a free port of this machine, and on the one it is given', async () => {
    await using first = await startEmulator()
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/)
    await using second = await startEmulator()
    expect(second.url).not.toBe(first.url)
    const port = Number(new URL(second.url).port)
    await expect(startEmulator({ port })).rejects.toThrow('EADDRINUSE')
    await second.close()
    await using third = await startEmulator({ port })
    expect(third.url).toBe(second.url)
  })

  it('leaves nothing behind when it closes, and may be closed again', async () => {
    const closed = await startEmulator({ faults: [{ fault: { kind: 'stall', at: 'body' } }] })
    const stalled = await fetch(`${closed.url}/models`, { headers })
    const { port } = new URL(closed.url)
    const idle = connect(Number(port), '127.0.0.1')
    const idleEnded = new Promise((resolve) => idle.once('close', resolve))
    await new Promise((resolve) => idle.once('connect', resolve))
    await closed.close()
    await closed.close()
    await expect(stalled.text()).rejects.toThrow('terminated')
    await idleEnded
    await expect(fetch(closed.url)).rejects.toThrow()
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap')).toEqual([])
  })

  it('answers bytes that are no HTTP request in the contract’s shape', async () => {
    await withEmulator({}, async ({ url }) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      const chunks: Buffer[] = []
      socket.on('data', (chunk) => chunks.push(chunk))
      socket.write('HELLO\r\n\r\n')
      await new Promise((resolve) => socket.once('close', resolve))
      const [head, body] = Buffer.concat(chunks).toString().split('\r\n\r\n')
      expect(head).toContain('HTTP/1.1 400')
      expect(JSON.parse(body ?? '')).toMatchObject({ status: 400, error: { code: 'INVALID_ARGUMENT' } })
    })
  })
})

describe('the record of requests', () => {
  it('holds what was asked and what was answered, but not the key', async () => {
    const answered: unknown[] = []
    await withEmulator({ onAnswer: (request) => answered.push(request) }, async (emulator) => {
      const body = embedBody(['hello'])
      await call(emulator, '/embed?x=1', { body })
      await call(emulator, '/nowhere')
      expect(emulator.requests).toMatchObject([
        { method: 'POST', path: '/embed', query: { x: '1' }, body, status: 200, tokens: 3, inFlight: 1 },
        { method: 'GET', path: '/nowhere', body: undefined, status: 404 },
      ])
      expect(emulator.requests[0]?.headers['x-pinecone-api-version']).toBe('2025-10')
      expect(JSON.stringify(emulator.requests)).not.toContain(headers['api-key'])
      expect(emulator.requests).toEqual(answered)
    })
  })

  it('counts the requests in flight', async () => {
    await withEmulator({ faults: [{ call: 1, fault: { kind: 'stall', at: 'body' } }] }, async (emulator) => {
      const stalled = await fetch(`${emulator.url}/models`, { headers })
      await call(emulator, '/models')
      expect(emulator.requests.map(({ inFlight }) => inFlight)).toEqual([1, 2])
      await stalled.body?.cancel()
    })
  })

  it('keeps the last thousand, and can be emptied', async () => {
    await withEmulator({}, async (emulator) => {
      for (let i = 0; i < 1010; i += 10) {
        await Promise.all(
          Array.from({ length: 10 }, (_, j) => call(emulator, `/models?type=embed&n=${i + j}`)),
        )
      }
      expect(emulator.requests).toHaveLength(1000)
      expect(Number(emulator.requests[0]?.query.n)).toBeGreaterThanOrEqual(10)
      emulator.requests.length = 0
      await call(emulator, '/models')
      expect(emulator.requests).toHaveLength(1)
    })
  })

  it('lets old bodies go before they fill the memory', async () => {
    await withEmulator({}, async (emulator) => {
      const body = { text: 'x'.repeat(2_000_000) }
      for (let i = 0; i < 20; i++) await call(emulator, '/nowhere', { body })
      expect(emulator.requests.length).toBeLessThan(20)
      expect(emulator.requests.length).toBeGreaterThan(10)
    })
  })
})
