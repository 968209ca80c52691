import { dirname } from 'node:path'
import type { PineconeInference } from '@pinecone-inference/client'
import { InputError, type TextRecord } from '@pinecone-inference/files'
import { EXIT, exitCodeOf } from '../../ending/exit-code.js'
import { IndexError, isExpected, OutputError } from '../../ending/expected-error.js'
import type { StopSignal } from '../../ending/stop-signal.js'
import { canBeSurveyed, type Survey, type SurveyOptions, surveyInput } from '../input/survey-input.js'
import type { Cleanup, CleanupSettings } from '../output/cleanup.js'
import { nameFinished } from '../output/give-names.js'
import { holdOutput } from '../output/hold-output.js'
import type { JobOutput } from '../output/job-output.js'
import { differingSetting, type JournalHead } from '../output/journal.js'
import { makeFolder } from '../output/make-folder.js'
import { refusePartsOfWorkers } from '../output/output-path.js'
import type { OutputFacts } from '../output/output-record.js'
import { PreviousOutput } from '../output/previous-output.js'
import { begunInput, pathsOf, refuseExisting } from '../output/run-folder.js'
import { StandardOutput } from '../output/standard-output.js'
import { UnfinishedOutput } from '../output/unfinished-output.js'
import { count, countRecords, type Report } from '../report/report.js'
import { type EmbedJob, vectorsOf } from './embed-job.js'
import { runJob } from './run-job.js'

export interface Surroundings {
  readonly client: PineconeInference
  /** Tokens counted by this process, by model. */
  readonly tokens: Readonly<Record<string, number>>
  readonly stop: StopSignal
  readonly report: Report
}

/**
 * Runs a job, resuming where an earlier run has left it.
 *
 * @returns the exit code
 */
export async function carryOut(
  job: EmbedJob,
  settings: CleanupSettings,
  surroundings: Surroundings,
): Promise<number> {
  const { report } = surroundings
  if (job.output === '-') {
    const output = new StandardOutput(job.layout, (id, failure) => report.say(`${id}: ${failure.message}`))
    const survey = await surveyed(job, surroundings.stop.requested, { layout: job.layout })
    return takeThrough(job, output, survey, surroundings)
  }
  if (job.format === 'parquet') await refusePartsOfWorkers(job.output)
  await makeFolder(dirname(job.output))
  const letGo = await holdOutput(job.output)
  if (!letGo) throw new OutputError(`another process is writing ${job.output}; let it finish`)
  try {
    return await toFile(job, settings, surroundings)
  } finally {
    await letGo()
  }
}

async function toFile(job: EmbedJob, settings: CleanupSettings, surroundings: Surroundings): Promise<number> {
  const { report, stop } = surroundings
  const { output: path, layout } = job
  const wasFinished = await nameFinished(path)
  const previous = await PreviousOutput.read(path, pathsOf(path).record)
  previous?.refuseOtherVectors(settingsOfCalls(job))
  // Records appended to the input since then belong to a later run.
  const begun = await begunInput(path)
  if (!previous && !begun) await refuseExisting(path)
  const isThere = (record: TextRecord) => previous?.has(record) ?? false
  const survey = await surveyed(job, stop.requested, { most: begun?.records, layout, isThere })
  const head = { settings: settingsOf(job), input: survey, replaces: previous?.facts.digest }
  if (previous && !begun && (survey ? isUpToDate(previous.facts, head, settings.cleanup) : wasFinished)) {
    report.say(`${path} was finished already.`)
    return previous.facts.failed > 0 ? EXIT.someFailed : EXIT.done
  }
  const file = { output: path, format: job.format, layout, vectors: vectorsOf(job) }
  const output = await UnfinishedOutput.open(file, { ...settings, head, previous })
  try {
    if (survey && previous) {
      report.say(
        `Of ${countRecords(survey.records)}, the vectors of ${count(survey.unchanged)} are in ${path} already.`,
      )
    }
    const { read } = output.standing
    if (read > 0) report.say(`Continuing after ${countRecords(read)}.`)
    return await takeThrough(job, output, survey, surroundings)
  } finally {
    await output.close()
  }
}

/** Whether a run would make the same output again. */
function isUpToDate({ settings, input, left }: OutputFacts, now: JournalHead, cleanup: Cleanup): boolean {
  return (
    differingSetting(settings, now.settings) === undefined &&
    input.digest === now.input?.digest &&
    !(cleanup === 'full' && left > 0)
  )
}

/** What the input holds; null if it can be read only once. */
export async function surveyed(
  { inputs, read }: EmbedJob,
  signal: AbortSignal,
  options: SurveyOptions,
): Promise<Survey | null> {
  return canBeSurveyed(inputs) ? surveyInput(inputs, read, signal, options) : null
}

/**
 * Runs a job into an open output, and reports how it ends.
 *
 * @returns the exit code
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
    report.fail(error.message)
    // The message itself says what to do.
    if (error instanceof OutputError || (error instanceof IndexError && !error.passes)) return EXIT.refused
    if (!(output instanceof UnfinishedOutput && (await output.discardIfEmpty()))) {
      const { read } = output.standing
      const advice = error instanceof InputError ? howToFix(job, read) : howToResume(job)
      report.say(`Stopped after ${countRecords(read)}. ${advice}`)
    }
    return exitCodeOf(error)
  }
  report.finish({
    output: job.output,
    embedded: output.embedded,
    failed: output.failures,
    unchanged: output.unchanged,
    deleted: output.deleted,
    gone: output.gone,
    ...(output.failures > 0 && output.failedOutput ? { failedOutput: output.failedOutput } : {}),
    tokens: output.standing.tokens,
    seconds: (performance.now() - began) / 1000,
  })
  return output.failures > 0 ? EXIT.someFailed : EXIT.done
}

function howToResume({ output }: EmbedJob): string {
  return output === '-'
    ? 'The records on the standard output are complete; the rest are missing.'
    : 'Finished records are kept; run the same command again for the rest.'
}

/** With the same input, the same command fails again. */
function howToFix(job: EmbedJob, read: number): string {
  if (job.output === '-') return howToResume(job)
  const advice = canBeSurveyed(job.inputs)
    ? 'run the command again with the input as it was when this run began'
    : `fix the input, keep its first ${countRecords(read)}, and run the command again`
  return `Finished records are kept; ${advice}.`
}

/** The settings that a run must have in order to resume another one. The input is recognised by its content. */
function settingsOf(job: EmbedJob): Record<string, unknown> {
  const { read, layout } = job
  return {
    ...settingsOfCalls(job),
    '--id-field': read.idField,
    '--text-field': read.textField,
    '--metadata-fields': read.metadataFields,
    '--layout': layout === 'vectors' ? undefined : layout,
  }
}

/** The settings that decide the vectors. */
export function settingsOfCalls({ calls, service }: EmbedJob): Record<string, unknown> {
  const [first, second] = calls
  return {
    '--model': first?.model,
    '--sparse-model': second?.model,
    '--input-type': first?.parameters.inputType,
    '--dimension': first?.parameters.dimension,
    '--truncate': first?.parameters.truncate,
    'service (--offline or PINECONE_INFERENCE_URL)': service,
  }
}
