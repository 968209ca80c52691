import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { PineconeInference, type PineconeInferenceOptions } from '@pinecone-inference/client'
import { checkOptions, type NamesOf } from '@pinecone-inference/client/adapters'
import { type Job, Queue, WaitingError, Worker } from 'bullmq'
import { RedisBudget } from '../budget/redis-budget.js'
import { checkAddress, checkCounts } from '../check-options.js'
import { partFiles } from '../output/part-files.js'
import type { Sink } from '../output/sink.js'
import { connect } from '../redis/connect.js'
import { DEFAULT_PREFIX, queuePrefix } from '../redis/keys.js'
import { isLoss, isNotNow } from '../redis/outage.js'
import { RunError, WorkerError } from '../run/errors.js'
import { type EmbedJob, jobName } from '../run/job.js'
import { Ledger } from '../run/ledger.js'
import { tell } from '../run/progress.js'
import { RETRIES } from '../run/retries.js'
import { identityOf, type RunSpec } from '../run/run-spec.js'
import { areComparable, inWords, type VectorFacts } from '../run/vector-facts.js'
import { embedRecords } from './embed-records.js'
import { stopWorker } from './stop-worker.js'
import { waitForRun } from './wait-for-run.js'

export interface WorkerOptions {
  /** Address of Redis: `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  redis: string
  /** The run to join. If it has not begun yet, the worker waits. */
  run: string
  /** Prefix of all keys in Redis, one per Pinecone project. Default `pinecone-inference`. */
  prefix?: string | undefined
  /** Options of the client, such as `apiKey`, `baseUrl` and `maxConcurrency`. The rate budget is the run's. */
  client?: Omit<PineconeInferenceOptions, 'rateLimit' | 'sharedBudget'> | undefined
  /** Receives the records of each job, for a run without an `output`. */
  sink?: Sink | undefined
  /**
   * Jobs at a time. Requests of the next job use the slots that the last requests of this one leave free. Default 2.
   */
  concurrency?: number | undefined
  /** Milliseconds after which the jobs of a killed worker go to others. Default 30,000. */
  lockDuration?: number | undefined
  /** Stops the worker: it finishes its jobs and takes no more. Without Redis it leaves them to others. */
  signal?: AbortSignal | undefined
  /**
   * Called with errors that will be retried, and once per outage of Redis, while the worker waits for it. What it throws
   * becomes a process warning.
   */
  onError?: ((error: Error) => void) | undefined
}

const WORKER_OPTIONS: NamesOf<WorkerOptions> = {
  redis: true,
  run: true,
  prefix: true,
  client: true,
  sink: true,
  concurrency: true,
  lockDuration: true,
  signal: true,
  onError: true,
}

/** What one worker has done. */
export interface WorkerResult {
  jobs: number
  records: number
  tokens: number
}

/** Milliseconds between checks whether the run is finished. */
const POLL = 1_000

/**
 * Joins a run and embeds its jobs until the run is finished or the signal aborts.
 *
 * @throws WorkerError if it cannot continue; its jobs are back in the queue by then
 * @throws RunError if neither the run has an `output` nor the worker a `sink`, or if both do
 * @throws PineconeConfigurationError for an unknown option, a missing `redis`, or a `concurrency` or `lockDuration`
 * that is not a whole number above 0
 * @throws RedisUnavailableError if Redis does not answer at the start; later the worker waits for it
 * @example
 * ```ts
 * await runWorker({ redis: 'redis://10.0.0.5', run: 'wikipedia' })
 * ```
 */
export async function runWorker(options: WorkerOptions): Promise<WorkerResult> {
  const { run, prefix = DEFAULT_PREFIX, signal, concurrency = 2, lockDuration = 30_000 } = options
  checkOptions(options, WORKER_OPTIONS, 'runWorker')
  checkAddress(options?.redis)
  checkCounts({ concurrency, lockDuration })
  const result: WorkerResult = { jobs: 0, records: 0, tokens: 0 }
  const report = (error: Error) => tell(() => options.onError?.(error))
  const redis = await connect(options.redis, report)
  try {
    const ledger = new Ledger(redis, prefix, run)
    const spec = await waitForRun(ledger, signal)
    if (!spec) return result
    const sink = sinkOf(spec, options)
    await using client = new PineconeInference({
      maxRetries: RETRIES.ofRequest,
      ...options.client,
      sharedBudget: new RedisBudget({
        redis,
        prefix,
        rateLimit: spec.rateLimit,
        timeout: Number.POSITIVE_INFINITY,
      }),
    })
    /** Aborted by an error that ends the worker. */
    const broken = new AbortController()
    /** Aborted once nothing is left to wait for. */
    const over = new AbortController()
    /** Aborted when the jobs under way cannot finish. */
    const abandoned = new AbortController()

    const checkVectors = async (vectors: VectorFacts) => {
      const before = await ledger.vectorsLike(spec, vectors)
      if (before && !areComparable(before, vectors)) throw otherVectors(run, before, vectors)
    }
    const embed = async ({ data: { index, fingerprint, records } }: Job<EmbedJob>) => {
      if (await ledger.isDone(index)) return
      const { embedded, failures, tokens } = await embedRecords(records, client, spec, {
        signal: abandoned.signal,
        stopping: over.signal,
        checkVectors,
        onError: report,
      })
      await sink({ name: jobName(index), records: embedded })
      const finished = { index, fingerprint, records: embedded.length, tokens, failures }
      if (!(await ledger.finish(spec, finished))) return
      result.jobs++
      result.records += embedded.length
      result.tokens += tokens
    }
    const process = async (job: Job<EmbedJob>, token?: string) => {
      try {
        await embed(job)
      } catch (error) {
        if (!(error instanceof WorkerError)) throw error
        broken.abort(error)
        void worker.pause(true)
        await job.moveToWait(token)
        throw new WaitingError()
      }
    }

    const connection = { connection: redis, prefix: queuePrefix(prefix) }
    const queue = new Queue<EmbedJob>(run, { ...connection, skipMetasUpdate: true })
    const worker = new Worker<EmbedJob>(run, process, {
      ...connection,
      concurrency,
      lockDuration,
      stalledInterval: lockDuration,
      maxStalledCount: RETRIES.kills,
      runRetryDelay: 1_000,
    })
    const reportUnlessTold = (error: Error) => {
      if (isLoss(error) || isNotNow(error)) return
      // BullMQ would repeat the command at once, endlessly.
      if (error.name === 'ReplyError') broken.abort(refusedByRedis(error))
      else report(error)
    }
    worker.on('error', reportUnlessTold)
    worker.on('failed', (_, error) => report(error))
    queue.on('error', reportUnlessTold)
    try {
      await Promise.race([
        finished(ledger, { queue, spec, signal: over.signal }),
        aborted(broken.signal, over.signal),
        ...(signal ? [aborted(signal, over.signal)] : []),
      ])
    } finally {
      over.abort()
      await stopWorker(worker, redis, () => abandoned.abort())
      await queue.close()
    }
    broken.signal.throwIfAborted()
    return result
  } catch (error) {
    throw error instanceof Error && error.name === 'ReplyError' ? refusedByRedis(error) : error
  } finally {
    redis.disconnect()
  }
}

function otherVectors(run: string, before: VectorFacts, now: VectorFacts): WorkerError {
  return new WorkerError(
    `The vectors of the run ${JSON.stringify(run)} are from ${inWords(before)}, and the service now returns ${inWords(now)}. ` +
      'They cannot be compared: wait until the service returns the former again, or embed everything under another run name',
  )
}

function refusedByRedis(cause: Error): WorkerError {
  return new WorkerError(`Redis refuses a command of the worker: ${cause.message}`, { cause })
}

function sinkOf({ output }: RunSpec, { sink, run }: WorkerOptions): Sink {
  if (output && sink)
    throw new RunError(`The run ${JSON.stringify(run)} has an output, so its workers take no sink`)
  if (output) return partFiles(output)
  if (sink) return sink
  throw new RunError(`The run ${JSON.stringify(run)} has no output, so each worker needs a sink`)
}

/** Resolves when the run is finished. */
async function finished(
  ledger: Ledger,
  { queue, spec, signal }: { queue: Queue; spec: RunSpec; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const { identity, complete, jobs, jobsDone } = await ledger.counts()
    if (identity !== identityOf(spec)) {
      throw new WorkerError(`Redis has lost the run ${JSON.stringify(ledger.run)}, or it was removed`)
    }
    if (complete && jobsDone + (await queue.getFailedCount()) >= jobs) return
    await delay(POLL, undefined, { signal }).catch(() => {})
  }
}

async function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort', { signal: over }).catch(() => {})
}
