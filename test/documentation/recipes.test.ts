import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PineconeAuthenticationError, PineconeInference } from '@pinecone-inference/client'
import { type Emulator, startEmulator } from '@pinecone-inference/emulator'
import { build } from 'esbuild'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { run } from '../packaging/packed.js'
import { compile } from './compile.js'
import { readDocuments } from './documents.js'

const recipes = readDocuments().filter(({ path }) => path === 'docs/recipes.md')
const { folder, modules } = compile(recipes)

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ apiKey: 'right' })
  vi.stubEnv('PINECONE_API_KEY', 'right')
  vi.stubEnv('PINECONE_INFERENCE_URL', emulator.url)
})
beforeEach(() => {
  emulator.faults.clear()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await emulator.close()
  await rm(folder, { recursive: true, force: true })
})

/** The compiled program that begins with this comment. */
function fileOf(name: string): string {
  const found = modules.find(({ block }) => block.code.startsWith(`// ${name}\n`))
  if (!found) throw new Error(`docs/recipes.md has no ${name}`)
  return found.file
}

type Answer = (path: string) => Promise<Response>

async function listening(server: Server): Promise<Answer> {
  onTestFinished(() => void server.close())
  if (!server.listening) await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return (path) => fetch(`http://127.0.0.1:${port}${path}`)
}

const answers: Record<string, () => Promise<Answer>> = {
  'express.ts': async () => listening((await import(fileOf('express.ts'))).app.listen(0)),
  'fastify.ts': async () => {
    const { app } = await import(fileOf('fastify.ts'))
    await app.listen()
    return listening(app.server)
  },
  'hono.ts': async () => {
    const { app } = await import(fileOf('hono.ts'))
    return async (path) => app.request(path)
  },
  'app/search/route.ts': async () => {
    const { GET } = await import(fileOf('app/search/route.ts'))
    return (path) => GET(new Request(`http://localhost${path}`))
  },
  'worker.ts': async () => {
    const outfile = join(folder, 'worker.bundle.mjs')
    const bundle = await build({
      entryPoints: [fileOf('worker.ts')],
      outfile,
      bundle: true,
      format: 'esm',
      conditions: ['workerd'],
      external: ['node:*'],
      metafile: true,
    })
    expect(Object.keys(bundle.metafile.inputs).filter((path) => path.includes('undici/'))).toEqual([])
    const { default: worker } = await import(pathToFileURL(outfile).href)
    const env = { PINECONE_API_KEY: 'right', PINECONE_INFERENCE_URL: emulator.url }
    return (path) => worker.fetch(new Request(`http://localhost${path}`), env)
  },
}

describe.each(Object.keys(answers))('%s', (name) => {
  it('finds, and keeps to itself why it cannot', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const answer = (await answers[name]?.()) as Answer
    const found = await answer('/search?q=sockets')
    expect([found.status, await found.json()]).toEqual([200, { best: 'Pools keep sockets open.' }])

    emulator.faults.add({ fault: { kind: 'status', status: 401 } })
    const refused = await answer('/search?q=sockets')
    expect([refused.status, await refused.json()]).toEqual([503, { error: 'Search is not available.' }])
  })
})

it('handler.ts, bundled by the command that stands there', async () => {
  const command = recipes[0]?.blocks.find(({ code }) => code.startsWith('npx esbuild'))?.code ?? ''
  const [, , , ...flags] = command.split(' ')
  const esbuild = join(import.meta.dirname, '../node_modules/esbuild/bin/esbuild')
  // A function's own package.json is not that of the tests, which says that a .js file is an ES module.
  await writeFile(join(folder, 'package.json'), '{}')
  await run(esbuild, [fileOf('handler.ts'), ...flags], { cwd: folder })
  const call = `require('./dist/handler.js').handler({ q: 'sockets' }).then((best) => console.log(JSON.stringify(best)))`
  const { stdout } = await run(process.execPath, ['--eval', call], { cwd: folder })
  expect(JSON.parse(stdout)).toEqual({ best: 'Pools keep sockets open.' })
})

it('job.ts stores what is paid for when it is told to stop, and says how far it got', async () => {
  const { embedFrom } = await import(fileOf('job.ts'))
  const texts = Array.from({ length: 3_000 }, (_, i) => `text ${i}`)
  const positions: number[] = []
  const onSigterm = process.listeners('SIGTERM').at(-1)
  emulator.requests.length = 0

  const stored = await embedFrom(0, texts, async (position: number) => {
    positions.push(position)
    if (positions.length === 1) onSigterm?.('SIGTERM')
  })

  const paidFor = emulator.requests.flatMap(({ body }) => (body as { inputs: unknown[] }).inputs)
  expect(positions).toEqual(paidFor.map((_, i) => i))
  expect([stored, stored < texts.length]).toEqual([paidFor.length, true])
})

describe('an error that is passed on', () => {
  const passOn = async () => {
    const client = new PineconeInference({ apiKey: 'wrong', baseUrl: emulator.url })
    await client.listModels()
  }

  it('is the client’s, with the service’s status', async () => {
    await expect(passOn()).rejects.toThrow(PineconeAuthenticationError)
  })

  it('is Express’s own 401, with the message', async () => {
    const app = express().get('/', passOn)
    const response = await (await listening(app.listen(0)))('/')
    expect([response.status, await response.text()]).toEqual([
      401,
      expect.stringContaining('PineconeAuthenticationError'),
    ])
  })

  it('is Fastify’s own 401, with the message', async () => {
    const response = await Fastify().get('/', passOn).inject('/')
    expect([response.statusCode, response.json().message]).toEqual([
      401,
      expect.stringContaining('Invalid API Key'),
    ])
  })

  it('is a 500 of Hono, without the message', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const response = await new Hono().get('/', passOn as never).request('/')
    expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error'])
  })
})
