import type { PineconeInference } from '@pinecone-inference/client'
import { InputError, NoRecordsError } from '@pinecone-inference/files'
import { EXIT, exitCodeOf } from '../../ending/exit-code.js'
import { IndexError, isExpected, OutputError } from '../../ending/expected-error.js'
import type { StopSignal } from '../../ending/stop-signal.js'
import type { Survey } from '../input/survey-input.js'
import type { JobOutput } from '../output/job-output.js'
import { UnfinishedOutput } from '../output/unfinished-output.js'
import { countRecords, type Report } from '../report/report.js'
import type { EmbedJob } from './embed-job.js'
import { runJob } from './run-job.js'

export interface Surroundings {
  readonly client: PineconeInference
  /** Tokens counted by this process, by model. */
  readonly tokens: Readonly<Record<string, number>>
  readonly stop: StopSignal
  readonly report: Report
}

/**
 * Runs a job into an open output, and reports how it ends.
 *
 * @returns the exit code
 * @throws NoRecordsError for an input without records
 */
export async function takeThrough(
  job: EmbedJob,
  output: JobOutput,
  survey: Survey | null,
  surroundings: Surroundings,
): Promise<number> {
  const { report, stop } = surroundings
  const began = performance.now()
  try {
    if (!(await runJob(job, { ...surroundings, output, survey }))) {
      report.say(`Stopped after ${countRecords(output.standing.read)}. ${howToResume(job)}`)
      return stop.exitCode
    }
  } catch (error) {
    if (!isExpected(error)) throw error
    // The message itself says what to do.
    if (error instanceof OutputError || (error instanceof IndexError && !error.passes)) {
      report.fail(error.message)
      return EXIT.refused
    }
    const isKept = await hasAny(output)
    if (error instanceof NoRecordsError) throw error
    report.fail(error.message)
    if (isKept) {
      const { read } = output.standing
      const advice = error instanceof InputError ? howToFix(job) : howToResume(job)
      report.say(`Stopped after ${countRecords(read)}. ${advice}`)
    }
    return exitCodeOf(error)
  }
  report.finish({
    output: job.output,
    parts: output.parts,
    embedded: output.embedded,
    failed: output.failures,
    unchanged: output.unchanged,
    updated: output.updated,
    deleted: output.deleted,
    gone: output.gone,
    ...(output.failures > 0 && output.failedOutput ? { failedOutput: output.failedOutput } : {}),
    tokens: output.standing.tokens,
    seconds: (performance.now() - began) / 1000,
  })
  return output.failures > 0 ? EXIT.someFailed : EXIT.done
}

/** Whether there are finished records; discards an unfinished output without any. */
async function hasAny(output: JobOutput): Promise<boolean> {
  if (output instanceof UnfinishedOutput) return !(await output.discardIfEmpty())
  return output.embedded + output.unchanged > 0
}

function howToResume({ output }: EmbedJob): string {
  return output === '-'
    ? 'The records on the standard output are complete; the rest are missing.'
    : 'Finished records are kept; run the same command again for the rest.'
}

/** With the same input, the same command fails again. */
function howToFix(job: EmbedJob): string {
  if (job.output === '-') return howToResume(job)
  return 'Finished records are kept; fix the input, and run the same command again for the rest.'
}
