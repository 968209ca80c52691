import {
  type PineconeInference,
  PineconeInferenceError,
  PineconeInvalidRequestError,
} from '@pinecone-inference/client'
import { readRecords, type TextRecord } from '@pinecone-inference/files'
import type { StopSignal } from '../ending/stop-signal.js'
import { collectGarbage } from './collect-garbage.js'
import type { EmbedJob } from './embed-job.js'
import { embedRecords, type Failed, type Outcome } from './embed-records.js'
import { InputDigest } from './input-digest.js'
import { isRefusal } from './isolate-refused.js'
import { OutputError } from './output-error.js'
import { Pace } from './report/pace.js'
import type { Report } from './report/report.js'
import type { Survey } from './survey-input.js'
import type { Standing } from './unfinished-output.js'

/** Where a job's records go: files that can be gone on with, or the standard output. */
export interface JobOutput {
  readonly standing: Standing
  readonly embedded: number
  readonly failures: number
  append(outcome: Outcome): Promise<void>
  /** More may be appended before it is done, and not another checkpoint begun. */
  checkpoint(standing: Standing): Promise<void>
  finish(standing: Standing): Promise<void>
}

export interface JobSurroundings {
  readonly client: PineconeInference
  readonly output: JobOutput
  /** Tokens counted by this process, by model. */
  readonly tokens: Readonly<Record<string, number>>
  /** What the input holds; null where it comes only once. */
  readonly survey: Survey | null
  readonly stop: StopSignal
  readonly report: Report
}

/**
 * Milliseconds of work that a kill may cost. A Parquet file gets a row group each time, so it has them further apart.
 */
const CHECKPOINT_MS = { jsonl: 500, parquet: 30_000 }
/** Records of a Parquet row group: a full one is worth a checkpoint. */
const CHECKPOINT_RECORDS = { jsonl: Number.POSITIVE_INFINITY, parquet: 1_000 }
const REPORT_MS = 100

/**
 * Requests that fail one after the other, none answered between them, before it is the service that is at fault. At the
 * end of the input it is, after fewer too.
 */
const UNANSWERED_REQUESTS = 3

/**
 * Embeds what is left of a job and writes it down, checkpoint by checkpoint.
 *
 * An input that the service refuses goes to the failures, and the rest is done. Where the service fails altogether, the
 * job ends with its error, and nothing of the input is given up.
 *
 * @returns whether all is done; false if it was asked to stop
 */
export async function runJob(job: EmbedJob, surroundings: JobSurroundings): Promise<boolean> {
  const { client, output, survey, stop, report } = surroundings
  const total = survey?.records
  const before = output.standing
  const digest = new InputDigest()
  const pace = new Pace()
  let read = before.read
  const unanswered: Failed[] = []
  let checkpointAt = performance.now()
  let checkpointRead = read
  let saving: Promise<void> = Promise.resolve()
  let reportAt = 0

  const standing = (): Standing => ({
    read,
    digest: digest.value(),
    tokens: addUp(before.tokens, surroundings.tokens),
  })
  const settle = async (outcome: Outcome) => {
    digest.add(outcome.record)
    read++
    await output.append(outcome)
  }
  /** Begins a checkpoint once the one before it is done; the disk must not hold up the requests. */
  const checkpoint = async () => {
    await saving
    saving = output.checkpoint(standing())
    // A failure is that of the next checkpoint, which waits for this one.
    saving.catch(() => {})
    checkpointAt = performance.now()
    checkpointRead = read
  }
  const lastCheckpoint = async () => {
    if (read > before.read) await checkpoint()
    await saving
  }
  const tell = (now: number) => {
    const perSecond = pace.mark(read, now)
    const tokens = Object.values(standing().tokens).reduce((sum, count) => sum + count, 0)
    const left = total !== undefined && perSecond ? (total - read) / perSecond : undefined
    report.progress({ done: read, total, failed: output.failures, tokens, perSecond, secondsLeft: left })
  }

  const reading = { ...job.read, idsAreUnique: survey !== null }
  const records = recordsAfter({ ...job, read: reading }, before, digest, stop.requested)
  try {
    tell(performance.now())
    for await (const outcome of embedRecords(records, job.calls, client, stop.overdue)) {
      if ('failure' in outcome && !isTheInputs(outcome.failure)) {
        if (isNoModel(outcome.failure)) throw outcome.failure
        unanswered.push(outcome)
        if (requestsOf(unanswered) >= UNANSWERED_REQUESTS) throw outcome.failure
        continue
      }
      for (const failed of unanswered.splice(0)) await settle(failed)
      await settle(outcome)
      collectGarbage()
      const now = performance.now()
      if (now - reportAt > REPORT_MS) {
        reportAt = now
        tell(now)
      }
      const due =
        now - checkpointAt > CHECKPOINT_MS[job.format] ||
        read - checkpointRead >= CHECKPOINT_RECORDS[job.format]
      if (due) await checkpoint()
    }
    const [first] = unanswered
    if (first && !stop.requested.aborted) throw first.failure
  } catch (error) {
    await lastCheckpoint()
    if (stop.overdue.aborted) return false
    throw error
  }
  if (stop.requested.aborted) {
    await lastCheckpoint()
    return false
  }
  if (survey && digest.value() !== survey.digest) {
    throw new OutputError(
      `The input changed while it was read. Delete ${job.output}.partial to start over with it as it is now.`,
    )
  }
  tell(performance.now())
  await saving
  await output.finish(standing())
  return true
}

/** The records that earlier runs have not done, after making sure that those they have are the same. */
async function* recordsAfter(
  job: EmbedJob,
  { read, digest: expected }: Standing,
  digest: InputDigest,
  stop: AbortSignal,
): AsyncGenerator<TextRecord, void> {
  let index = 0
  const endInput = () => process.stdin.destroy()
  if (job.inputs.includes('-')) stop.addEventListener('abort', endInput, { once: true })
  try {
    for await (const record of readRecords(job.inputs, job.read)) {
      if (stop.aborted) return
      if (index++ >= read) {
        yield record
        continue
      }
      digest.add(record)
      if (index === read && digest.value() !== expected) throw otherInput(job, read)
    }
    if (index < read) throw otherInput(job, read)
  } catch (error) {
    // The input was ended above.
    if (!stop.aborted) throw error
  } finally {
    stop.removeEventListener('abort', endInput)
  }
}

function otherInput({ output }: EmbedJob, read: number): OutputError {
  return new OutputError(
    `${output}.partial holds a run whose input was another: its first ${read} records are not the same. ` +
      `Give the same to go on with it, or delete ${output}.partial to start over.`,
  )
}

/** Whether a failure says something of the input, and not of the service. */
function isTheInputs(failure: Error): boolean {
  return isRefusal(failure) || !(failure instanceof PineconeInferenceError)
}

function isNoModel(failure: Error): boolean {
  return failure instanceof PineconeInvalidRequestError && failure.status === 404
}

function requestsOf(failed: readonly Failed[]): number {
  return new Set(failed.map(({ failure }) => failure)).size
}

function addUp(
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = { ...before }
  for (const [model, tokens] of Object.entries(now)) sum[model] = (sum[model] ?? 0) + tokens
  return sum
}
