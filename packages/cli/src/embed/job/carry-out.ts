import { dirname } from 'node:path'
import { EXIT } from '../../ending/exit-code.js'
import { OutputError } from '../../ending/expected-error.js'
import { namesOfInputs } from '../input/input-names.js'
import { type Survey, surveyed } from '../input/survey-input.js'
import type { Cleanup, CleanupSettings } from '../output/cleanup.js'
import { EarlierVectors } from '../output/earlier-vectors.js'
import { nameFinished } from '../output/give-names.js'
import { holdOutput } from '../output/hold-output.js'
import { differingSetting, type JournalContent, type JournalHead } from '../output/journal.js'
import { keepVectors } from '../output/kept-vectors.js'
import { makeFolder } from '../output/make-folder.js'
import {
  isSingleFile,
  refuseOtherParts,
  refusePartsOfWorkers,
  tooLargeToImport,
} from '../output/output-path.js'
import type { OutputFacts } from '../output/output-record.js'
import { type OutputFile, pathsOf, readBegun, refuseExisting } from '../output/run-folder.js'
import { StandardOutput } from '../output/standard-output.js'
import { UnfinishedOutput } from '../output/unfinished-output.js'
import { count, countRecords } from '../report/report.js'
import { dimensionOf, type EmbedJob, settingsOfCalls, vectorsOf } from './embed-job.js'
import { type Surroundings, takeThrough } from './take-through.js'

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
  if (job.format === 'parquet' || !isSingleFile(job.partBytes)) await refusePartsOfWorkers(job.output)
  await makeFolder(dirname(job.output))
  const letGo = await holdOutput(job.output)
  if (!letGo) throw new OutputError(`another process is writing ${job.output}; let it finish`)
  try {
    return await embedIntoFile(job, settings, surroundings)
  } finally {
    await letGo()
  }
}

/** Begins the file of a job, resumes it, or brings it up to date. */
async function embedIntoFile(
  job: EmbedJob,
  settings: CleanupSettings,
  surroundings: Surroundings,
): Promise<number> {
  const { report } = surroundings
  const { output: path, format, layout, partBytes } = job
  const file = { output: path, format, layout, partBytes, vectors: vectorsOf(job) }
  const wasFinished = await nameFinished(path)
  const from = await namesOfInputs(job.inputs, path, job.inputName)
  const { begun, earlier, survey } = await surveyedAgainst(file, job, from, surroundings)
  const { previous } = earlier
  const head = { settings: settingsOf(job), input: survey, from, replaces: previous?.facts.digests }
  if (previous && !begun && (survey ? isUpToDate(previous.facts, head, settings.cleanup) : wasFinished)) {
    report.say(`${path} was finished already.`)
    return previous.facts.failed > 0 ? EXIT.someFailed : EXIT.done
  }
  const tooLarge =
    survey && isSingleFile(partBytes) && tooLargeToImport(path, survey.records, dimensionOf(job) ?? 0)
  const isBegun = begun !== undefined || earlier.paths.length > 0
  if (tooLarge && !isBegun) throw new OutputError(tooLarge)
  const output = await UnfinishedOutput.open(file, { ...settings, head, earlier })
  try {
    // Vectors that are paid for are not to be lost.
    if (tooLarge) report.say(tooLarge)
    if (survey && earlier.paths.length > 0) {
      const { records, unchanged } = survey
      report.say(
        `Of ${countRecords(records)}, the vectors of ${count(unchanged)} are in ${earlier.paths.join(', ')} already.`,
      )
    }
    const { read } = output.standing
    if (read > 0) report.say(`Continuing after ${countRecords(read)}.`)
    return await takeThrough(job, output, survey, surroundings)
  } finally {
    await output.close()
  }
}

interface Surveyed {
  /** The unfinished run to resume. */
  readonly begun: JournalContent | undefined
  readonly earlier: EarlierVectors
  readonly survey: Survey | null
}

/**
 * Surveys the input, and compares it with what is there. An unfinished run of another input cannot be resumed: its vectors
 * are kept, and the job begins anew.
 *
 * @throws OutputError if the vectors that are there cannot be mixed with those of the job
 */
async function surveyedAgainst(
  file: OutputFile,
  job: EmbedJob,
  from: readonly string[],
  { report, stop }: Pick<Surroundings, 'report' | 'stop'>,
): Promise<Surveyed> {
  const paths = pathsOf(file.output)
  const begun = await readBegun(paths)
  if (begun) refuseOtherVectors(begun.head, job)
  const earlier = await EarlierVectors.read(file.output)
  earlier.refuseOtherVectors(settingsOfCalls(job))
  earlier.previous?.refuseOtherInputs(from)
  if (!earlier.previous && !begun) await refuseExisting(file.output)
  await refuseOtherParts(file, earlier.previous?.facts.digests.length ?? 0)

  let survey: Survey | null = null
  if (!begun?.entries.at(-1)?.superseded) {
    // Records appended since a run began belong to the next one.
    const most = begun?.head.input?.records
    const isThere = earlier.has.bind(earlier)
    survey = await surveyed(job, stop.requested, { most, layout: file.layout, isThere })
    if (!begun || isResumable(begun.head, job, survey)) return { begun, earlier, survey }
  }
  const kept = await keepVectors(file, begun)
  if (kept > 0) {
    report.say(
      `The input, or how it is read, has changed since the run in ${paths.folder} began; the vectors of that run's ${countRecords(kept)} are kept.`,
    )
  }
  return surveyedAgainst(file, job, from, { report, stop })
}

function refuseOtherVectors({ settings }: JournalHead, job: EmbedJob): void {
  const now = settingsOfCalls(job)
  const begun = Object.fromEntries(Object.keys(now).map((name) => [name, settings[name]]))
  const difference = differingSetting(begun, now)
  if (!difference) return
  const { folder } = pathsOf(job.output)
  throw new OutputError(
    `${folder} holds a run with a different ${difference}. Use the same to resume it, or delete ${folder} to start over.`,
  )
}

function isResumable({ settings, input }: JournalHead, job: EmbedJob, survey: Survey | null): boolean {
  if (differingSetting(settings, settingsOf(job)) !== undefined) return false
  return !input || !survey || input.digest === survey.digest
}

/** Whether a run would make the same output again. */
function isUpToDate({ settings, input, left }: OutputFacts, now: JournalHead, cleanup: Cleanup): boolean {
  return (
    differingSetting(settings, now.settings) === undefined &&
    input.digest === now.input?.digest &&
    !(cleanup === 'full' && left > 0)
  )
}

/** The settings that two runs must share to make the same file. The input is recognised by its content. */
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
