import { type PineconeInference, PineconeInferenceError } from '@pinecone-inference/client'
import { readRecords, type TextRecord } from '@pinecone-inference/files'
import { OutputError } from '../../ending/expected-error.js'
import type { StopSignal } from '../../ending/stop-signal.js'
import { collectGarbage } from '../collect-garbage.js'
import { InputDigest } from '../input/input-digest.js'
import { noRecords, type Survey } from '../input/survey-input.js'
import type { JobOutput, Outcome } from '../output/job-output.js'
import { Pace } from '../report/pace.js'
import { count, countRecords, type Report } from '../report/report.js'
import { Checkpoints } from './checkpoints.js'
import type { EmbedJob } from './embed-job.js'
import { embedRecords } from './embed-records.js'
import { SameVectors } from './same-vectors.js'

export interface JobSurroundings {
  readonly client: PineconeInference
  readonly output: JobOutput
  /** Tokens counted by this process, by model. */
  readonly tokens: Readonly<Record<string, number>>
  /** What the input holds; null if it can be read only once. */
  readonly survey: Survey | null
  readonly stop: StopSignal
  readonly report: Report
}

const REPORT_MS = 100

/**
 * Embeds the rest of a job and writes it to the output, checkpoint by checkpoint.
 *
 * An input that the service refuses goes to the failures, and the job continues. If the service fails, or refuses every
 * input, the job ends with its error, and no input is given up.
 *
 * @returns whether the job is done; false if it was stopped
 */
export async function runJob(job: EmbedJob, surroundings: JobSurroundings): Promise<boolean> {
  const { client, output, survey, stop, report } = surroundings
  const total = survey?.records
  const before = output.standing
  const digest = new InputDigest()
  const pace = new Pace()
  const sameVectors = new SameVectors(before.vectors)
  let read = before.read
  let lastFailure: Error | undefined
  let isAppending = false

  const tokens = () => addUp(before.tokens, surroundings.tokens)
  const checkpoints = new Checkpoints(output, () => ({
    read,
    digest: digest.value(),
    tokens: tokens(),
    vectors: sameVectors.facts,
  }))
  const settle = async (outcome: Outcome) => {
    isAppending = true
    if ('embedded' in outcome) sameVectors.check(outcome)
    else if ('failure' in outcome) lastFailure = outcome.failure
    digest.add(outcome.record)
    read++
    await output.append(outcome)
    isAppending = false
  }
  const isThere = (record: TextRecord) => output.has?.(record) ?? false
  const tell = () => {
    const perSecond = pace.mark(read, performance.now())
    const spent = Object.values(tokens()).reduce((sum, count) => sum + count, 0)
    const left = total !== undefined && perSecond ? (total - read) / perSecond : undefined
    report.progress({
      done: read,
      total,
      failed: output.failures,
      tokens: spent,
      perSecond,
      secondsLeft: left,
    })
  }

  const reading = { ...job.read, idsAreUnique: survey !== null }
  let hasGrown = survey?.hasMore ?? false
  const onMore = () => {
    hasGrown = true
  }
  const records = recordsAfter({ ...job, read: reading }, output, digest, {
    stop: stop.requested,
    most: total,
    onMore,
  })
  tell()
  // On a timer, since the next record may take long.
  const timer = setInterval(() => {
    tell()
    if (!isAppending) checkpoints.tick(read)
  }, REPORT_MS)
  try {
    for await (const outcome of embedRecords(records, job.calls, client, stop, isThere)) {
      await settle(outcome)
      if (checkpoints.isDue(read)) await checkpoints.begin(read)
      collectGarbage()
    }
  } catch (error) {
    await checkpoints.last(read)
    if (stop.overdue.aborted) return false
    throw error
  } finally {
    clearInterval(timer)
  }
  if (stop.requested.aborted) {
    await checkpoints.last(read)
    return false
  }
  if (read === 0 && !output.isEmptied) throw noRecords(job.inputs)
  if (survey && digest.value() !== survey.digest) {
    await checkpoints.last(read)
    throw await otherInput(output, 'changed while it was being read')
  }
  if (hasGrown) {
    report.say(`The input has grown since this run began: its first ${countRecords(read)} are embedded.`)
  }
  const { input } = output
  if (input && digest.value() !== input.digest) {
    await checkpoints.last(read)
    throw await otherInput(
      output,
      `had ${countRecords(input.records)} when this run began; now it has ${count(read)}, or one of them has changed`,
    )
  }
  tell()
  if (output.failures === read && !output.isEmptied) throw nothingEmbedded(read, lastFailure)
  await checkpoints.finish()
  return true
}

interface Bounds {
  readonly stop: AbortSignal
  /** Number of records when the input was surveyed. */
  readonly most: number | undefined
  /** Called if there are more by now. */
  readonly onMore: () => void
}

/** The records that earlier runs have not done, after checking that those they have done are the same. */
async function* recordsAfter(
  job: EmbedJob,
  output: JobOutput,
  digest: InputDigest,
  { stop, most = Number.POSITIVE_INFINITY, onMore }: Bounds,
): AsyncGenerator<TextRecord, void> {
  const { read, digest: expected } = output.standing
  let index = 0
  const endInput = () => process.stdin.destroy()
  if (job.inputs.includes('-')) stop.addEventListener('abort', endInput, { once: true })
  try {
    for await (const record of readRecords(job.inputs, job.read)) {
      if (stop.aborted) return
      if (index === most) {
        onMore()
        return
      }
      if (index++ >= read) {
        yield record
        continue
      }
      digest.add(record)
      if (index === read && digest.value() !== expected)
        throw await otherInput(output, `differs in its first ${countRecords(read)} from that of this run`)
    }
    if (index < read)
      throw await otherInput(output, `ends before the ${countRecords(read)} that this run has embedded`)
  } catch (error) {
    // The input was ended above, or a line after the last one to read is still being written.
    if (!stop.aborted && index < most) throw error
  } finally {
    stop.removeEventListener('abort', endInput)
  }
}

async function otherInput(output: JobOutput, difference: string): Promise<OutputError> {
  await output.supersede?.()
  return new OutputError(`The input ${difference}. ${output.ifInputChanged}`)
}

/** Nothing is written, so the same command works once the cause is fixed. */
function nothingEmbedded(read: number, cause: Error | undefined): PineconeInferenceError {
  const reason = cause ? `; the last error: ${cause.message}` : ''
  return new PineconeInferenceError(`none of ${countRecords(read)} could be embedded${reason}`, { cause })
}

function addUp(
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = { ...before }
  for (const [model, tokens] of Object.entries(now)) sum[model] = (sum[model] ?? 0) + tokens
  return sum
}
