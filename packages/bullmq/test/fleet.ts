import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, type EmulatorOptions, startEmulator } from '@pinecone-inference/emulator'
import type { EmbeddedRecord, TextRecord } from '@pinecone-inference/files'
import { onTestFinished } from 'vitest'
import { EmbedRun, type EmbedRunOptions, runWorker, type WorkerOptions } from '../dist/index.js'
import { RedisServer } from './redis-server.js'
import { WorkerProcess } from './worker-process.js'

const E5 = { model: 'multilingual-e5-large', parameters: { inputType: 'passage' } }

export interface Fleet {
  readonly redis: RedisServer
  readonly emulator: Emulator
  readonly folder: string
  /** Opens the run `passages`, closed when the test ends. */
  open(options?: Partial<EmbedRunOptions>): Promise<EmbedRun>
  /** What a worker of that run is given. */
  readonly worker: WorkerOptions
  /** A worker in this process; stopped when the test ends. */
  work(options?: Partial<WorkerOptions>): ReturnType<typeof runWorker>
  /** A worker in a process of its own; killed when the test ends. */
  spawn(): WorkerProcess
}

/** A Redis, an emulator and a folder for one test. */
export async function fleet(options: EmulatorOptions = {}): Promise<Fleet> {
  const redis = await RedisServer.start()
  onTestFinished(() => redis[Symbol.asyncDispose]())
  const emulator = await startEmulator(options)
  onTestFinished(() => emulator.close())
  const folder = await mkdtemp(join(tmpdir(), 'parts-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const worker = {
    redis: redis.url,
    run: 'passages',
    client: { apiKey: 'offline', baseUrl: emulator.url },
    lockDuration: 2_000,
  }
  return {
    redis,
    emulator,
    folder,
    worker,
    async open(changes) {
      const run = await EmbedRun.open({
        redis: redis.url,
        run: 'passages',
        ...E5,
        output: { folder, format: 'jsonl' },
        ...changes,
      })
      onTestFinished(() => run.close())
      return run
    },
    work(changes) {
      const controller = new AbortController()
      const working = runWorker({ ...worker, signal: controller.signal, ...changes })
      onTestFinished(async () => {
        controller.abort()
        await working.catch(() => {})
      })
      return working
    },
    spawn() {
      const process = new WorkerProcess(worker)
      onTestFinished(() => process.kill())
      return process
    },
  }
}

export function records(count: number, text = (i: number) => `Passage ${i} of the harbour.`): TextRecord[] {
  return Array.from({ length: count }, (_, i) => ({ id: `id-${i}`, text: text(i), metadata: { number: i } }))
}

/** What the manifest of a folder says, and all records of the parts it lists. */
export async function outputOf(folder: string) {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
    records: number
    tokens: number
    recordsFailed: number
    parts: { file: string; records: number }[]
  }
  const embedded: EmbeddedRecord[] = []
  for (const { file } of manifest.parts) {
    const lines = (await readFile(join(folder, file), 'utf8')).trimEnd().split('\n')
    embedded.push(...lines.map((line) => JSON.parse(line) as EmbeddedRecord))
  }
  return { manifest, embedded, files: await readdir(folder) }
}
