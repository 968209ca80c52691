import { setTimeout as delay } from 'node:timers/promises'
import type { TextRecord } from '@pinecone-inference/files'
import type { Queue } from 'bullmq'
import { RunError } from '../run/errors.js'
import { type EmbedJob, jobName } from '../run/job.js'
import type { Ledger } from '../run/ledger.js'
import { RETRIES } from '../run/retries.js'
import { planJobs } from './plan-jobs.js'

export interface ProduceOptions {
  /** Records per job, and per part file. Default 960: ten requests of 96. */
  recordsPerJob?: number | undefined
  /** Jobs in Redis at a time, at most; the source is read no further until there is room. Default 64. */
  maxQueuedJobs?: number | undefined
  /** Stops producing. What was produced stays; produce the same source again to go on. */
  signal?: AbortSignal | undefined
}

/** So many jobs are looked at before Redis is asked again how many there are. */
const POLL = 200

interface Destination {
  readonly queue: Queue<EmbedJob>
  readonly ledger: Ledger
}

/** Puts every record of the source into the queue that is not done and not there, and says when it has ended. */
export async function produce(
  source: Iterable<TextRecord> | AsyncIterable<TextRecord>,
  destination: Destination,
  options: ProduceOptions,
): Promise<void> {
  const { ledger } = destination
  await ledger.openSource()
  try {
    await give(source, destination, options)
  } catch (error) {
    await ledger.closeSource().catch(() => {})
    throw error
  }
  await ledger.closeSource()
}

async function give(
  source: Iterable<TextRecord> | AsyncIterable<TextRecord>,
  { queue, ledger }: Destination,
  { recordsPerJob = 960, maxQueuedJobs = 64, signal }: ProduceOptions,
): Promise<void> {
  // What has failed is to be tried again, from the source.
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
      `The source ended after ${jobs} jobs, but had given ${before.jobs} to the run ${JSON.stringify(ledger.run)} before. Give it under another name`,
    )
  }
  await ledger.produced(jobs, records, true)
}

/** Waits until fewer jobs than that are there, and returns how many more may be. */
async function roomFor(queue: Queue, most: number, signal: AbortSignal | undefined): Promise<number> {
  for (;;) {
    const {
      waiting = 0,
      delayed = 0,
      active = 0,
      failed = 0,
    } = await queue.getJobCounts('waiting', 'delayed', 'active', 'failed')
    if (failed >= most) {
      const [last] = await queue.getFailed(0, 0)
      throw new RunError(
        `${failed} jobs have failed, so no more are produced. The last one: ${last?.failedReason}`,
      )
    }
    const room = most - waiting - delayed - active - failed
    if (room > 0) return room
    await delay(POLL, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
  }
}

function anotherSource(run: string, { index, records }: EmbedJob): RunError {
  return new RunError(
    `The records from ${JSON.stringify(records[0]?.id)} on are not those that the run ${JSON.stringify(run)} was given before as its job ${index}. ` +
      'Give a changed source, or another recordsPerJob, under another name',
  )
}

function longerSource(run: string, records: number): RunError {
  return new RunError(
    `The source goes on after ${records} records, where it had ended when it was given to the run ${JSON.stringify(run)} before. ` +
      'Give a longer source under another name',
  )
}
