import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { readRecords, type TextRecord } from '@pinecone-inference/files'
import { namesOfInputs, refuseNameless } from '../embed/input/input-names.js'
import { surveyed } from '../embed/input/survey-input.js'
import { type EmbedJob, settingsOfCalls } from '../embed/job/embed-job.js'
import { type Surroundings, takeThrough } from '../embed/job/take-through.js'
import type { CleanupSettings } from '../embed/output/cleanup.js'
import { holdOutput } from '../embed/output/hold-output.js'
import { makeFolder } from '../embed/output/make-folder.js'
import { count, countRecords } from '../embed/report/report.js'
import { IndexError } from '../ending/expected-error.js'
import { IndexOutput } from './index-output.js'
import { refuseMisfit } from './index-shape.js'
import { Ledger } from './ledger.js'
import { type OpenIndex, openIndex } from './open-index.js'

export interface UpsertOptions extends CleanupSettings {
  readonly index: string
  readonly namespace: string | undefined
  /** The ledger's file. */
  readonly record: string
  readonly concurrency: number
  readonly apiKey: string
  readonly controlUrl: string | undefined
  /** The index ends with this process, so no record of it is kept. */
  readonly offline: boolean
}

/**
 * Embeds the part of an input that an index does not have yet, and upserts it.
 *
 * @returns the exit code
 */
export async function embedIntoIndex(
  job: EmbedJob,
  options: UpsertOptions,
  surroundings: Surroundings,
): Promise<number> {
  refuseNameless(job, options.cleanup)
  if (!options.offline) return withRecord(options.record, job, options, surroundings)
  const folder = await mkdtemp(join(tmpdir(), 'pinecone-inference-'))
  try {
    return await withRecord(join(folder, 'record.jsonl'), job, options, surroundings)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function withRecord(
  path: string,
  job: EmbedJob,
  options: UpsertOptions,
  surroundings: Surroundings,
): Promise<number> {
  await makeFolder(dirname(path))
  const letGo = await holdOutput(path)
  if (!letGo) throw new IndexError(`another process is filling the index with ${path}; let it finish`)
  try {
    const { report, stop } = surroundings
    const index = await openIndex({
      name: options.index,
      namespace: options.namespace,
      apiKey: options.apiKey,
      controlUrl: options.controlUrl,
      signal: stop.overdue,
      say: report.say,
    })
    refuseMisfit(index.name, index.shape, job.calls)
    const failedOutput = failedOutputOf(options.record)
    // Its records are of the inputs of earlier runs, and not all that those have.
    const areRetried = job.inputs.every((input) => resolve(input) === resolve(failedOutput))
    const from = areRetried ? undefined : await namesOfInputs(job.inputs, path, job.inputName)
    const ledger = await Ledger.read(path, from, {
      index: index.host,
      '--namespace': options.namespace,
      ...settingsOfCalls(job),
    })
    await refuseLost(ledger, path, index)
    const output = new IndexOutput({
      ...options,
      index,
      ledger,
      failedOutput,
      ...(areRetried ? { isPartial: () => true } : {}),
    })
    try {
      let hasNewMetadata = false
      const isThere = (record: TextRecord) => {
        if (output.has(record)) return true
        hasNewMetadata ||= output.hasText(record)
        return false
      }
      const survey = await surveyed(job, stop.requested, {
        isThere,
        mayBeEmpty: () => options.emptied.size > 0,
      })
      if (survey && survey.records > 0 && ledger.size > 0) {
        const { records, unchanged } = survey
        report.say(
          `Of ${countRecords(records)}, ${count(unchanged)} ${unchanged === 1 ? 'is' : 'are'} already in the index, unchanged.`,
        )
      }
      if (!survey || survey.unchanged + survey.empty < survey.records) await ledger.begin()
      if (hasNewMetadata) {
        const records = readRecords(job.inputs, { ...job.read, idsAreUnique: true })
        await output.updateMetadata(records, stop.requested)
      }
      return await takeThrough(job, output, survey, surroundings)
    } finally {
      await output.close()
    }
  } finally {
    await letGo()
  }
}

function failedOutputOf(record: string): string {
  return `${record.replace(/\.jsonl$/, '')}.failed.jsonl`
}

/** Refuses a ledger whose records are no longer in the index: with it, nothing would be embedded. */
export async function refuseLost(ledger: Ledger, path: string, index: OpenIndex): Promise<void> {
  const ids = ledger.certainIds()
  const last = ids.slice(-10)
  if (ids.length === 0 || (await index.vectors(last)).size > 0) return
  throw new IndexError(
    `${path} says that ${countRecords(ids.length)} are in the index ${index.name}, but none of the last ${last.length} ` +
      `is there. If the index or the namespace was emptied, delete ${path} and run the same command again.`,
  )
}
