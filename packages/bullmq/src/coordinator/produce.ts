import { setTimeout as delay } from 'node:timers/promises'
import type { TextRecord } from '@pinecone-inference/files'
import type { Queue } from 'bullmq'
import { RunError } from '../run/errors.js'
import { type EmbedJob, jobName } from '../run/job.js'
import type { Ledger } from '../run/ledger.js'
import { RETRIES } from '../run/retries.js'
import { planJobs } from './plan-jobs.js'

export interface ProduceOptions {
  /** Records per job and part file. Default 960: ten requests of 96. */
  recordsPerJob?: number | undefined
  /** Maximum jobs in Redis at a time; reading the source pauses until there is room. Default 64. */
  maxQueuedJobs?: number | undefined
  /** Stops producing. Jobs already produced stay; produce the same source again to resume. */
  signal?: AbortSignal | undefined
}

/** Milliseconds between checks whether the queue has room. */
const POLL = 200

interface Destination {
  readonly queue: Queue<EmbedJob>
  readonly ledger: Ledger
}

/** Queues every record of the source that is neither done nor queued, then marks the source as ended. */
export async function produce(
  source: Iterable<TextRecord> | AsyncIterable<TextRecord>,
  destination: Destination,
  options: ProduceOptions,
): Promise<void> {
  const { ledger } = destination
  await ledger.openSource()
  try {
    await queueJobs(source, destination, options)
  } catch (error) {
    await ledger.closeSource().catch(() => {})
    throw error
  }
  await ledger.closeSource()
}

async function queueJobs(
  source: Iterable<TextRecord> | AsyncIterable<TextRecord>,
  { queue, ledger }: Destination,
  { recordsPerJob = 960, maxQueuedJobs = 64, signal }: ProduceOptions,
): Promise<void> {
  // Failed jobs are queued again, from the source.
  await queue.clean(0, 0, 'failed')
  const done = ledger.entries()
  const before = await ledger.counts()
  let jobs = 0
  let records = 0
  let room = 0
  for await (const job of planJobs(source, recordsPerJob)) {
    signal?.throwIfAborted()
    if (before.ended && jobs === before.jobs) throw longerSource(ledger.run, before.records)
    const { value: entry } = await done.next()
    if (entry && entry.fingerprint !== job.fingerprint) throw anotherSource(ledger.run, job)
    if (!entry) {
      if (!(await ledger.give(job.index, job.fingerprint))) throw anotherSource(ledger.run, job)
      if (room === 0) room = await roomFor(queue, maxQueuedJobs, signal)
      await queue.add('embed', job, {
        jobId: jobName(job.index),
        ...RETRIES.ofJob,
        removeOnComplete: true,
        stackTraceLimit: 0,
      })
      room--
    }
    jobs++
    records += job.records.length
    if (jobs > before.jobs) await ledger.produced(jobs, records, false)
  }
  if (jobs < before.jobs) {
    throw new RunError(
      `The source ended after ${jobs} jobs; earlier, it gave ${before.jobs} to the run ${JSON.stringify(ledger.run)}. Use another run name for a shorter source`,
    )
  }
  await ledger.produced(jobs, records, true)
}

/** Waits until the queue has fewer than `max` jobs; returns how many it has room for. */
async function roomFor(queue: Queue, max: number, signal: AbortSignal | undefined): Promise<number> {
  for (;;) {
    const {
      waiting = 0,
      delayed = 0,
      active = 0,
      failed = 0,
    } = await queue.getJobCounts('waiting', 'delayed', 'active', 'failed')
    if (failed >= max) {
      const [last] = await queue.getFailed(0, 0)
      throw new RunError(
        `${failed} jobs have failed, so no more are produced. The last one failed with: ${last?.failedReason}`,
      )
    }
    const room = max - waiting - delayed - active - failed
    if (room > 0) return room
    await delay(POLL, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
  }
}

function anotherSource(run: string, { index, records }: EmbedJob): RunError {
  return new RunError(
    `From ${JSON.stringify(records[0]?.id)} on, the records differ from those that the run ${JSON.stringify(run)} got earlier as job ${index}. ` +
      'Use another run name for a changed source, or for the same one in jobs of another size',
  )
}

function longerSource(run: string, records: number): RunError {
  return new RunError(
    `The source has more than the ${records} records that it gave to the run ${JSON.stringify(run)} earlier. ` +
      'Use another run name for a longer source',
  )
}
