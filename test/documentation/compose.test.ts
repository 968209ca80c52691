import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { PineconeInference } from '@pinecone-inference/client'
import { expect, it, onTestFinished, vi } from 'vitest'
import { parse } from 'yaml'
import { readDocuments } from './documents.js'

interface Compose {
  readonly services: Record<string, { command?: string; environment?: Record<string, string | number> }>
}

const file = readDocuments()
  .flatMap(({ blocks }) => blocks)
  .find(({ code }) => code.startsWith('# compose.yaml'))
const { emulator, app } = (parse(file?.code ?? '') as Compose).services

const commandLine = createRequire(import.meta.url).resolve('@pinecone-inference/cli/package.json')

it('the service in Docker Compose listens where the application looks for it', () => {
  const { hostname, port } = new URL(`${app?.environment?.PINECONE_INFERENCE_URL}`)
  expect(hostname).toBe('emulator')
  expect(emulator?.command).toContain(`--host 0.0.0.0 --port ${port}`)
})

it('its command serves an application with that environment', async () => {
  const words = emulator?.command?.replace(/--port \d+/, '--port 0').split(' ') ?? []
  expect(words.slice(0, 2)).toEqual(['npx', 'pinecone-inference'])
  const server = spawn(process.execPath, [join(dirname(commandLine), 'dist/main.js'), ...words.slice(2)])
  onTestFinished(() => void server.kill())
  const [line] = await once(createInterface({ input: server.stdout }), 'line')
  const port = /:(\d+)/.exec(line)?.[1]
  for (const [name, value] of Object.entries(app?.environment ?? {})) vi.stubEnv(name, `${value}`)
  onTestFinished(() => void vi.unstubAllEnvs())
  // which is not known as this machine, just as `emulator` is not
  vi.stubEnv('PINECONE_INFERENCE_URL', `http://0.0.0.0:${port}`)
  await using client = new PineconeInference()
  const { data } = await client.embed({
    model: 'llama-text-embed-v2',
    inputs: ['a'],
    parameters: { inputType: 'passage' },
  })
  expect(data).toHaveLength(1)
})
