import { expect, test } from 'vitest'
import { type Emulator, emulatorFixture } from '../dist/index.js'
import { headers } from './client.js'

const it = test.extend<{ emulator: Emulator }>({ emulator: emulatorFixture({ apiKey: 'test-key' }) })
const seen: Emulator[] = []

it.for([1, 2])('gives each test an emulator of its own (%i)', async (_, { emulator }) => {
  expect((await fetch(`${emulator.url}/models`, { headers })).status).toBe(200)
  expect(emulator.requests).toHaveLength(1)
  expect(seen).not.toContain(emulator)
  seen.push(emulator)
})

test('closes them when the tests are over', async () => {
  expect(seen).toHaveLength(2)
  for (const { url } of seen) await expect(fetch(url)).rejects.toThrow()
})
