import { request } from 'node:http'
import { expect, it } from 'vitest'
import type { EmulatorOptions, startEmulator } from '../dist/index.js'
import { call, embedBody, headers, withEmulator } from './client.js'

/** The control routes, as a program in another language uses it. */
async function withDoor(
  use: (emulator: Awaited<ReturnType<typeof startEmulator>>, door: Door) => Promise<void>,
  options: EmulatorOptions = {},
) {
  await withEmulator({ control: true, ...options }, (emulator) =>
    use(emulator, async (method, path, body) => {
      const response = await fetch(`${emulator.url}/_emulator/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: (await response.json()) as DoorAnswer }
    }),
  )
}

type Door = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: DoorAnswer }>

type DoorAnswer = Record<string, unknown> & { error?: { message: string } }

const ask = (url: string) => fetch(`${url}/models`, { headers }).then(({ status }) => status)

it('is not there unless it is asked for', async () => {
  await withEmulator({}, async ({ url }) => {
    expect((await fetch(`${url}/_emulator/requests`)).status).toBe(404)
  })
})

it('shows the recorded requests without the key, and forgets them', async () => {
  await withDoor(async (emulator, door) => {
    await call(emulator, '/embed', { body: embedBody(['hello']) })
    const { body } = await door('GET', 'requests')
    expect(body.requests).toMatchObject([{ id: 1, path: '/embed', status: 200, tokens: 3 }])
    expect(JSON.stringify(body)).not.toContain(headers['api-key'])
    await door('DELETE', 'requests')
    expect((await door('GET', 'requests')).body).toEqual({ requests: [] })
  })
})

it('sets faults, limits and latency, and resets to what the emulator started with', async () => {
  await withDoor(
    async ({ url }, door) => {
      expect(await ask(url)).toBe(500)
      const added = await door('POST', 'rules', [
        '/models status:503',
        { fault: { kind: 'latency', latency: 1 } },
      ])
      expect(added.body.rules).toHaveLength(3)
      await door('PUT', 'rules', ['/models status:503,retry-after=2', 'rate-limit:plan=starter'])
      expect(await ask(url)).toBe(503)
      await door('DELETE', 'rules')
      expect(await ask(url)).toBe(200)
      await door('POST', 'reset')
      expect((await door('GET', 'rules')).body.rules).toEqual([
        { call: [1, 1], fault: { kind: 'status', status: 500 } },
      ])
      expect([await ask(url), await ask(url)]).toEqual([500, 200])
    },
    { faults: [{ call: [1, 1], fault: { kind: 'status', status: 500 } }] },
  )
})

it('refuses what it does not understand, and then nothing has changed', async () => {
  await withDoor(async ({ url }, door) => {
    for (const [body, says] of [
      [{ fault: 1 }, 'must be a list of rules'],
      [['explode'], 'not understood'],
      [['status:503', 5], 'a rule is 5'],
      [['status:503', { fault: { kind: 'status', status: 1 } }], "'status' is 1"],
    ] as const) {
      const refused = await door('PUT', 'rules', body)
      expect([refused.status, refused.body.error?.message]).toEqual([400, expect.stringContaining(says)])
    }
    expect(await ask(url)).toBe(200)
    expect((await door('GET', 'nothing')).status).toBe(404)
  })
})

it.each([
  ['a name that was rebound to this machine', { host: 'evil.example' }, 403],
  ['another web page', { origin: 'https://evil.example' }, 403],
  ['localhost', { host: 'localhost:5090' }, 200],
])('by %s: %j is answered %i', async (_whose, given, status) => {
  await withEmulator({ control: true }, async ({ url }) => {
    for (const path of ['/_emulator/requests', '/_page/requests', '/']) {
      const answered = await new Promise((resolve, reject) => {
        request(url + path, { headers: given }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .on('error', reject)
          .end()
      })
      expect([path, answered]).toEqual([path, status])
    }
  })
})

it('/health is answered, never recorded, and needs no key', async () => {
  await withEmulator({ apiKey: 'k', errorRate: 1 }, async ({ url, requests }) => {
    const response = await fetch(`${url}/health`)
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
    expect(requests).toEqual([])
  })
})
