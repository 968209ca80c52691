import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbedRun, type EmbedRunOptions } from '@pinecone-inference/bullmq'
import { RedisServer } from '../../packages/bullmq/test/redis-server.js'
import { WorkerProcess } from '../../packages/bullmq/test/worker-process.js'
import type { SeparateOptions } from '../emulator/messages.js'
import { SeparateEmulator } from '../emulator/separate-emulator.js'

const RUN = 'bench'

export interface FleetOptions {
  readonly emulator: SeparateOptions
  readonly run: Pick<EmbedRunOptions, 'model' | 'parameters' | 'rateLimit'>
  readonly maxConcurrency?: number
  readonly lockDuration?: number
}

/** Redis, the emulator and each worker in a process of its own; the coordinator in this one. */
export class Fleet implements AsyncDisposable {
  readonly redis: RedisServer
  readonly emulator: SeparateEmulator
  readonly folder: string
  readonly run: EmbedRun
  readonly #options: FleetOptions
  readonly #workers = new Set<WorkerProcess>()

  private constructor(
    redis: RedisServer,
    emulator: SeparateEmulator,
    folder: string,
    run: EmbedRun,
    options: FleetOptions,
  ) {
    this.redis = redis
    this.emulator = emulator
    this.folder = folder
    this.run = run
    this.#options = options
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const redis = await RedisServer.start()
    const emulator = await SeparateEmulator.start(options.emulator)
    const folder = await mkdtemp(join(tmpdir(), 'parts-'))
    const output = { folder, format: 'parquet' } as const
    const run = await EmbedRun.open({ redis: redis.url, run: RUN, output, ...options.run })
    return new Fleet(redis, emulator, folder, run, options)
  }

  spawn(): WorkerProcess {
    const { maxConcurrency, lockDuration } = this.#options
    const worker = new WorkerProcess({
      redis: this.redis.url,
      run: RUN,
      client: { apiKey: 'bench', baseUrl: this.emulator.url, ...(maxConcurrency ? { maxConcurrency } : {}) },
      ...(lockDuration ? { lockDuration } : {}),
    })
    this.#workers.add(worker)
    return worker
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.kill()))
    await this.run.close()
    await this.emulator[Symbol.asyncDispose]()
    await this.redis[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }
}
