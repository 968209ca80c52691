import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Whether these tests can run; where they have to, a missing server fails them. */
export function hasRedisServer(): boolean {
  const found = spawnSync('redis-server', ['--version']).status === 0
  if (!found && process.env.CI !== 'true') {
    console.log(
      'Skipped: these tests need redis-server (apt-get install redis-server, or brew install redis)',
    )
    return false
  }
  return true
}

/** A Redis of its own: a free port, a temporary folder, an append-only file. */
export class RedisServer implements AsyncDisposable {
  readonly url: string
  readonly #port: number
  readonly #folder: string
  readonly #settings: readonly string[]
  #process: ChildProcess | undefined

  private constructor(port: number, folder: string, settings: readonly string[]) {
    this.#port = port
    this.#folder = folder
    this.#settings = settings
    this.url = `redis://127.0.0.1:${port}`
  }

  static async start(...settings: string[]): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'redis-'))
    const server = new RedisServer(await freePort(), folder, settings)
    await server.start()
    return server
  }

  /** Starts it, or starts it again on what its append-only file holds. */
  async start(): Promise<void> {
    const options = ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.#folder]
    const child = spawn(
      'redis-server',
      [...options, '--save', '', '--appendonly', 'yes', ...this.#settings],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    child.once('error', () => {
      throw new Error('redis-server cannot be started: apt-get install redis-server')
    })
    this.#process = child
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.includes('Ready to accept connections')) continue
      child.stdout.resume()
      return
    }
    throw new Error('redis-server ended before it was ready')
  }

  /** As a crash would: without a word to anyone. */
  async kill(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
