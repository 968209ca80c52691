import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { checkOptions, type NamesOf } from '@pinecone-inference/client/adapters'
import type { TextRecord } from '@pinecone-inference/files'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { checkAddress, checkCounts, checkRateLimit } from '../check-options.js'
import { writeManifest } from '../output/manifest.js'
import { listParts } from '../output/part-files.js'
import { connect } from '../redis/connect.js'
import { DEFAULT_PREFIX, queuePrefix } from '../redis/keys.js'
import { orAborted } from '../redis/or-aborted.js'
import type { RedisUnavailableError } from '../redis/outage.js'
import { RunError } from '../run/errors.js'
import type { EmbedJob } from '../run/job.js'
import { Ledger, type RecordFailure } from '../run/ledger.js'
import { type Progress, Rates, tell } from '../run/progress.js'
import { identityOf, type RunSpec } from '../run/run-spec.js'
import { type ProduceOptions, produce } from './produce.js'

export interface EmbedRunOptions extends RunSpec {
  /** Where Redis is: `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  redis: string
  /** The run's name, by which workers join it and a later process resumes it. Without colons and spaces. */
  run: string
  /** Prefix of all keys in Redis, one per Pinecone project. Default `pinecone-inference`. */
  prefix?: string | undefined
  /** Called once per outage of Redis, while the run waits for it. What it throws becomes a process warning. */
  onError?: ((error: RedisUnavailableError) => void) | undefined
}

const RUN_OPTIONS: NamesOf<EmbedRunOptions> = {
  redis: true,
  run: true,
  prefix: true,
  model: true,
  parameters: true,
  output: true,
  rateLimit: true,
  onError: true,
}

export interface FollowOptions {
  /** Milliseconds between two reports. Default 1,000. */
  interval?: number | undefined
  signal?: AbortSignal | undefined
}

export interface EmbedOptions extends ProduceOptions {
  /** Called every second with the progress of the run. What it throws becomes a process warning. */
  onProgress?: ((progress: Progress) => void) | undefined
}

/** The result of a run. */
export interface RunResult {
  /** Records in the output. */
  records: number
  /** Tokens, as the service counted them. */
  tokens: number
  /** Records that the service refused; they are not in the output. */
  recordsFailed: number
  /** Those records, at most 10,000 of them, with the reasons. */
  failures: RecordFailure[]
  /** Jobs that failed on every attempt, and why. Their records are not in the output; give the source again to retry. */
  failedJobs: { job: string; error: string }[]
}

/** Looks in a row that must find jobs missing from both queue and ledger before they count as lost. */
const LOOKS = 5

/**
 * The coordinator of a bulk job over many machines: it puts the records into the queue, follows the workers, and ends
 * with a manifest. It may be killed at any time; run it again with the same source to resume.
 *
 * @example
 * ```ts
 * await using run = await EmbedRun.open({ redis, run: 'wikipedia', model, parameters, output })
 * const { records, tokens } = await run.embed(readRecords('passages.jsonl'), { onProgress: console.log })
 * ```
 */
export class EmbedRun implements AsyncDisposable {
  readonly #redis: Redis
  readonly #queue: Queue<EmbedJob>
  readonly #ledger: Ledger
  readonly #spec: RunSpec

  private constructor(redis: Redis, queue: Queue<EmbedJob>, ledger: Ledger, spec: RunSpec) {
    this.#redis = redis
    this.#queue = queue
    this.#ledger = ledger
    this.#spec = spec
  }

  /**
   * Begins a run, or resumes the one of that name.
   *
   * @throws RunError if another run has the name, or the folder holds parts of another run
   * @throws PineconeConfigurationError for an option that does not exist, no `redis`, or an invalid `rateLimit`
   * @throws RedisUnavailableError if Redis does not answer
   */
  static async open(options: EmbedRunOptions): Promise<EmbedRun> {
    checkOptions(options, RUN_OPTIONS, 'EmbedRun.open')
    checkAddress(options?.redis)
    const {
      redis: url,
      run,
      prefix = DEFAULT_PREFIX,
      model,
      parameters,
      output,
      rateLimit,
      onError,
    } = options
    const spec: RunSpec = {
      model,
      ...(parameters ? { parameters } : {}),
      // Workers have other current folders.
      ...(output ? { output: { ...output, folder: resolve(output.folder) } } : {}),
      ...(rateLimit ? { rateLimit } : {}),
    }
    if (!/^[^:\s]+$/.test(run))
      throw new RunError(`A run's name must not contain colons or spaces: ${JSON.stringify(run)}`)
    if (rateLimit) checkRateLimit(rateLimit)
    const redis = await connect(url, (error) => tell(() => onError?.(error)))
    try {
      const ledger = new Ledger(redis, prefix, run)
      if (output && !(await ledger.spec())) await claimFolder(output.folder)
      await ledger.register(spec)
      await warnWithoutPersistence(redis)
      const queue = new Queue<EmbedJob>(run, {
        connection: redis,
        prefix: queuePrefix(prefix),
        streams: { events: { maxLen: 1_000 } },
      })
      // ioredis reconnects; commands wait meanwhile.
      queue.on('error', () => {})
      await queue.waitUntilReady()
      return new EmbedRun(redis, queue, ledger, spec)
    } catch (error) {
      redis.disconnect()
      throw orRefusedByRedis(error)
    }
  }

  /** Does all of a coordinator's work: `produce` and `follow`, then `finish`. */
  async embed(
    source: Iterable<TextRecord> | AsyncIterable<TextRecord>,
    { onProgress, signal, ...options }: EmbedOptions = {},
  ): Promise<RunResult> {
    checkSizes(options)
    const failed = new AbortController()
    const either = AbortSignal.any([failed.signal, ...(signal ? [signal] : [])])
    const orStop = (error: unknown) => {
      failed.abort(error)
      throw error
    }
    const follow = async () => {
      for await (const progress of this.follow({ signal: either })) tell(() => onProgress?.(progress))
    }
    // Before the first look, so that a finished run no longer counts as finished.
    await orAborted(namingRefusals(this.#ledger.openSource()), either)
    await Promise.all([
      this.produce(source, { ...options, signal: either }).catch(orStop),
      follow().catch(orStop),
    ])
    return this.finish()
  }

  /**
   * Puts records into the queue as room allows. After a restart give the same source again: jobs that are done or queued
   * are skipped, failed ones are tried again.
   *
   * @throws PineconeConfigurationError for a `recordsPerJob` or `maxQueuedJobs` that is not a whole number above 0
   * @throws RunError if the source differs from the earlier one, or as many jobs as `maxQueuedJobs` have failed
   */
  async produce(
    source: Iterable<TextRecord> | AsyncIterable<TextRecord>,
    options: ProduceOptions = {},
  ): Promise<void> {
    checkSizes(options)
    const producing = produce(source, { queue: this.#queue, ledger: this.#ledger }, options)
    return orAborted(namingRefusals(producing), options.signal)
  }

  /**
   * Yields the progress of the run until it is finished. Works on any machine.
   *
   * @throws RunError for jobs that Redis has lost
   */
  async *follow({ interval = 1_000, signal }: FollowOptions = {}): AsyncGenerator<Progress, void> {
    const rates = new Rates()
    let lostLooks = 0
    for (;;) {
      signal?.throwIfAborted()
      const { state, jobs, records, tokens } = await orAborted(namingRefusals(this.#look()), signal)
      yield {
        state,
        jobs,
        records,
        tokens,
        ...rates.add({ at: performance.now(), tokens, records: records.done }),
      }
      if (state === 'finished') return
      const lost = state === 'embedding' && jobs.waiting + jobs.active === 0
      lostLooks = lost ? lostLooks + 1 : 0
      if (lostLooks >= LOOKS) {
        throw new RunError(
          `Redis has lost ${jobs.produced - jobs.done - jobs.failed} jobs that were produced. Give the same source again: jobs that are done are skipped`,
        )
      }
      await delay(interval, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
    }
  }

  async #look(): Promise<Pick<Progress, 'state' | 'jobs' | 'records' | 'tokens'>> {
    const queued = await this.#queue.getJobCounts('waiting', 'delayed', 'active', 'failed')
    const counts = await this.#ledger.counts()
    if (counts.identity !== identityOf(this.#spec)) {
      throw new RunError(`Redis has lost the run ${JSON.stringify(this.#ledger.run)}: start it anew`)
    }
    const { waiting = 0, delayed = 0, active = 0, failed = 0 } = queued
    const finished = counts.complete && counts.jobsDone + failed >= counts.jobs
    return {
      state: finished ? 'finished' : counts.complete ? 'embedding' : 'producing',
      jobs: { produced: counts.jobs, done: counts.jobsDone, waiting: waiting + delayed, active, failed },
      records: { produced: counts.records, done: counts.recordsDone, failed: counts.recordsFailed },
      tokens: counts.tokens,
    }
  }

  /**
   * Writes the manifest of a finished run beside its parts.
   *
   * @throws RunError if the run is not finished, or a part is missing
   */
  finish(): Promise<RunResult> {
    return namingRefusals(this.#finish())
  }

  async #finish(): Promise<RunResult> {
    const { state } = await this.#look()
    if (state !== 'finished')
      throw new RunError(`The run ${JSON.stringify(this.#ledger.run)} is still ${state}`)
    if (this.#spec.output) await writeManifest(this.#spec.output, this.#ledger, this.#spec)
    const { recordsDone, recordsFailed, tokens } = await this.#ledger.counts()
    const failedJobs = await this.#queue.getFailed()
    return {
      records: recordsDone,
      tokens,
      recordsFailed,
      failures: await this.#ledger.failures(),
      failedJobs: failedJobs.map(({ id, failedReason }) => ({ job: String(id), error: failedReason })),
    }
  }

  /** Removes the run from Redis, with its queued jobs. Its files stay. */
  async remove(): Promise<void> {
    await namingRefusals(this.#queue.obliterate({ force: true }))
    await namingRefusals(this.#ledger.remove())
  }

  /** Disconnects from Redis. The workers continue the run. */
  async close(): Promise<void> {
    await this.#queue.close()
    this.#redis.disconnect()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Wraps a permanent refusal by Redis, such as a user without permission for a command. */
function orRefusedByRedis(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return error
  return new RunError(`Redis refuses a command of the run: ${error.message}`, { cause: error })
}

function namingRefusals<T>(work: Promise<T>): Promise<T> {
  return work.catch((error) => {
    throw orRefusedByRedis(error)
  })
}

function checkSizes({ recordsPerJob, maxQueuedJobs }: ProduceOptions): void {
  checkCounts({ recordsPerJob, maxQueuedJobs })
}

async function claimFolder(folder: string): Promise<void> {
  const { whole } = await listParts(folder)
  if (whole.size > 0) {
    throw new RunError(`${folder} holds parts of a run that is unknown to this Redis; give an empty folder`)
  }
  await mkdir(folder, { recursive: true })
}

async function warnWithoutPersistence(redis: Redis): Promise<void> {
  const persistence = await redis.info('persistence').catch(() => '')
  if (persistence.includes('aof_enabled:0')) {
    process.emitWarning(
      'Redis has no append-only file, so restarting it loses the run. Set "appendonly yes".',
      'RedisPersistenceWarning',
    )
  }
}
