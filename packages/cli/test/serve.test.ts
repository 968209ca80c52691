import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { encoderFiles, writeModels } from '../../emulator/test/tiny-models.js'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const running: ReturnType<typeof spawn>[] = []

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

function serve(...args: string[]) {
  const child = spawn(process.execPath, [main, 'serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.push(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const errors: string[] = []
  child.stderr.on('data', (chunk) => errors.push(String(chunk)))
  return {
    child,
    errors,
    nextLine: async () => String((await lines.next()).value),
    exit: once(child, 'close').then(([code]) => code as number | null),
  }
}

async function started(...args: string[]) {
  const server = serve('--port', '0', ...args)
  const listening = await server.nextLine()
  const exports = [await server.nextLine(), await server.nextLine()]
  const page = await server.nextLine()
  const url = /http:\S+/.exec(listening)?.[0] ?? ''
  return { ...server, listening, exports, page, url }
}

const headers = { 'api-key': 'local', 'x-pinecone-api-version': '2025-10' }

describe('pinecone-inference serve', () => {
  it('prints where it listens, what it is and what to export', async () => {
    const { listening, exports, page, url } = await started()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(listening).toContain('stand-ins')
    expect(exports).toEqual([`  export PINECONE_INFERENCE_URL=${url}`, '  export PINECONE_API_KEY=local'])
    expect(page).toContain(`${url}/`)
  })

  it('prints a line for each request', async () => {
    const { url, nextLine } = await started()
    await fetch(`${url}/models`, { headers })
    expect(await nextLine()).toMatch(/^\d\d:\d\d:\d\d GET \/models 200 \d+ ms$/)
    await fetch(`${url}/embed`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'multilingual-e5-large',
        inputs: [{ text: 'one' }, { text: 'two' }],
        parameters: { input_type: 'query' },
      }),
    })
    expect(await nextLine()).toMatch(/POST \/embed 200 \d+ ms, multilingual-e5-large, 2 inputs, 6 tokens$/)
  })

  it('takes only the key it was given, and never prints it', async () => {
    const { url, listening, exports } = await started('--api-key', 'secret-key')
    expect((await fetch(`${url}/models`, { headers })).status).toBe(401)
    expect((await fetch(`${url}/models`, { headers: { ...headers, 'api-key': 'secret-key' } })).status).toBe(
      200,
    )
    expect([listening, ...exports].join('\n')).not.toContain('secret-key')
  })

  it('says in the line why a request was refused', async () => {
    const { url, nextLine } = await started()
    await fetch(`${url}/models/nope`, { headers })
    expect(await nextLine()).toMatch(/GET \/models\/nope 404 \d+ ms, Model 'nope' not found/)
  })

  it('holds the limits of a plan, and opens its control routes when asked', async () => {
    const { url } = await started('--plan', 'starter', '--no-retry-after', '--control')
    expect(await (await fetch(`${url}/_emulator/rules`)).json()).toEqual({
      rules: [{ fault: { kind: 'rate-limit', plan: 'starter', retryAfter: false } }],
    })
  })

  it('misbehaves as its flags say', async () => {
    const { url } = await started('--fault', '/models#2 status:429,retry-after=7')
    expect((await fetch(`${url}/models`, { headers })).status).toBe(200)
    const second = await fetch(`${url}/models`, { headers })
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '7'])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stops on %s with exit code 0, even while an answer stalls',
    async (signal) => {
      const { url, child, exit } = await started('--fault', 'stall:body')
      const stalled = await fetch(`${url}/models`, { headers })
      child.kill(signal)
      expect(await exit).toBe(0)
      await expect(stalled.text()).rejects.toThrow()
    },
  )

  it('has the indexes that it is told', async () => {
    const { url } = await started('--index', 'docs:4:dotproduct', '--index', 'words')
    const described = await (await fetch(`${url}/indexes`, { headers })).json()
    expect(described).toMatchObject({
      indexes: [
        { name: 'docs', dimension: 4, metric: 'dotproduct', host: `${url}/index/docs` },
        { name: 'words', vector_type: 'sparse' },
      ],
    })
    const wrong = serve('--index', 'docs:4:hamming')
    expect(await wrong.exit).toBe(1)
    expect(wrong.errors.join('')).toContain('Allowed: docs:1024')
  })

  it('says which values a flag takes', async () => {
    for (const [flag, value, allowed] of [
      ['--port', '99999', 'from 0 to 65535'],
      ['--latency', 'soon', '100-300'],
      ['--latency', '300-100', 'allowed: 100-300'],
      ['--fault', 'explode', 'status:503'],
      ['--error-rate', '2', 'from 0 to 1'],
    ] as const) {
      const { exit, errors } = serve(flag, value)
      expect(await exit).toBe(1)
      expect(errors.join('')).toContain(allowed)
    }
  })

  it('answers from local models', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'models-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await writeModels(folder, { 'multilingual-e5-large': encoderFiles() })
    const { url, listening, child, exit } = await started('--backend', 'transformers', '--model-dir', folder)
    expect(listening).toContain(`local models from ${folder}`)
    const found = await fetch(`${url}/models/multilingual-e5-large`, { headers })
    expect(await found.json()).toMatchObject({ default_dimension: 4 })
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
  })

  it.each([
    [['--backend', 'transformers'], 'needs --model-dir'],
    [['--backend', 'minilm', '--model-dir', '.'], 'needs --backend transformers'],
    [['--model-dir', '.'], 'needs --backend transformers'],
    [['--backend', 'transformers', '--model-dir', '/nowhere'], 'The model folder /nowhere does not exist'],
    [['--backend', 'magic'], 'Allowed choices are lexical, minilm, transformers'],
  ])('does not start with %j, and gives the reason', async (flags, reason) => {
    const { exit, errors } = serve('--port', '0', ...flags)
    expect(await exit).toBe(1)
    expect(errors.join('')).toContain(reason)
    expect(errors.join('')).not.toContain('    at ')
  })

  it('reports a port that is in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as { port: number }
    const { exit, errors } = serve('--port', String(port))
    expect(await exit).toBe(1)
    expect(errors.join('')).toContain(`port ${port} on 127.0.0.1 is in use`)
    holder.close()
  })

  it('says so when the address is none of this machine', async () => {
    const { exit, errors } = serve('--port', '0', '--host', '192.0.2.1')
    expect(await exit).toBe(1)
    expect(errors.join('')).toMatch(/^error: cannot listen on 192\.0\.2\.1: /)
    expect(errors.join('')).not.toContain('    at ')
  })
})
