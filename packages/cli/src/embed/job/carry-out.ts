import { dirname } from 'node:path'
import type { PineconeInference } from '@pinecone-inference/client'
import { InputError } from '@pinecone-inference/files'
import { EXIT, exitCodeOf } from '../../ending/exit-code.js'
import { IndexError, isExpected, OutputError } from '../../ending/expected-error.js'
import type { StopSignal } from '../../ending/stop-signal.js'
import { canBeSurveyed, type Survey, type SurveyOptions, surveyInput } from '../input/survey-input.js'
import { holdOutput } from '../output/hold-output.js'
import type { JobOutput } from '../output/job-output.js'
import { makeFolder } from '../output/make-folder.js'
import { refusePartsOfWorkers } from '../output/output-path.js'
import { StandardOutput } from '../output/standard-output.js'
import { begunInput, refuseFinished, UnfinishedOutput } from '../output/unfinished-output.js'
import { countRecords, type Report } from '../report/report.js'
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
 * Carries out a job from wherever earlier runs have left it.
 *
 * @returns the exit code
 */
export async function carryOut(job: EmbedJob, surroundings: Surroundings): Promise<number> {
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
    return await toFile(job, surroundings)
  } finally {
    await letGo()
  }
}

async function toFile(job: EmbedJob, surroundings: Surroundings): Promise<number> {
  const { report, stop } = surroundings
  await refuseFinished(job.output)
  // What was appended since then is another run's.
  const most = (await begunInput(job.output))?.records
  const survey = await surveyed(job, stop.requested, { most, layout: job.layout })
  const output = await UnfinishedOutput.open(
    { ...job, vectors: vectorsOf(job) },
    { settings: settingsOf(job), input: survey },
  )
  if ('finished' in output) {
    report.say(`${job.output} was finished already.`)
    return output.finished?.failed.records ? EXIT.someFailed : EXIT.done
  }
  try {
    const { read } = output.standing
    if (read > 0) report.say(`Continuing after ${countRecords(read)}.`)
    return await takeThrough(job, output, survey, surroundings)
  } finally {
    await output.close()
  }
}

/** What the input holds; null where it comes only once. */
export async function surveyed(
  { inputs, read }: EmbedJob,
  signal: AbortSignal,
  options: SurveyOptions,
): Promise<Survey | null> {
  return canBeSurveyed(inputs) ? surveyInput(inputs, read, signal, options) : null
}

/**
 * Runs a job into an opened output, and says how it ends.
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
      report.say(`Stopped after ${countRecords(output.standing.read)}. ${howToGoOn(job)}`)
      return stop.exitCode
    }
  } catch (error) {
    if (!isExpected(error)) throw error
    report.fail(error.message)
    // It says itself what to do.
    if (error instanceof OutputError || (error instanceof IndexError && !error.passes)) return EXIT.refused
    if (!(output instanceof UnfinishedOutput && (await output.discardIfEmpty()))) {
      const { read } = output.standing
      const advice = error instanceof InputError ? howToMend(job, read) : howToGoOn(job)
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

function howToGoOn({ output }: EmbedJob): string {
  return output === '-'
    ? 'What is on the standard output is whole; the rest is not done.'
    : 'What is done is kept; the same command goes on with the rest.'
}

/** The same input fails again. */
function howToMend(job: EmbedJob, read: number): string {
  if (job.output === '-') return howToGoOn(job)
  const what = canBeSurveyed(job.inputs)
    ? 'the input as it was when this began'
    : `an input that is put right, whose first ${countRecords(read)} are the same`
  return `What is done is kept; the same command goes on with ${what}.`
}

/** What a run must be given again to be gone on with. The input is known by its content. */
function settingsOf(job: EmbedJob): Record<string, unknown> {
  const { read, layout } = job
  const { service, ...calls } = settingsOfCalls(job)
  return {
    ...calls,
    '--id-field': read.idField,
    '--text-field': read.textField,
    '--metadata-fields': read.metadataFields,
    '--layout': layout === 'vectors' ? undefined : layout,
    'service (--offline or PINECONE_INFERENCE_URL)': service,
  }
}

/** Of the vectors alone. */
export function settingsOfCalls({ calls, service }: EmbedJob): Record<string, unknown> {
  const [first, second] = calls
  return {
    '--model': first?.model,
    '--sparse-model': second?.model,
    '--input-type': first?.parameters.inputType,
    '--dimension': first?.parameters.dimension,
    '--truncate': first?.parameters.truncate,
    service,
  }
}
