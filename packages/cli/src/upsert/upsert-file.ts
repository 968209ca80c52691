import { basename, dirname, extname, join } from 'node:path'
import {
  checkFile,
  type EmbeddedOptions,
  holdsVectors,
  InputError,
  outputFormat,
  readEmbedded,
} from '@pinecone-inference/files'
import { VECTOR_SETTINGS } from '../embed/job/embed-job.js'
import { holdOutput } from '../embed/output/hold-output.js'
import { isFolder, namesIn } from '../embed/output/make-folder.js'
import { fileDigest, readOutputRecord } from '../embed/output/output-record.js'
import { recordOf } from '../embed/output/run-folder.js'
import { counted, countRecords, type Report } from '../embed/report/report.js'
import { IndexError } from '../ending/expected-error.js'
import type { StopSignal } from '../ending/stop-signal.js'
import { refuseLost } from './embed-into-index.js'
import { recordHash } from './hashes.js'
import { refuseForeignModels, refuseOtherVectors } from './index-shape.js'
import { Ledger } from './ledger.js'
import { type OpenIndex, openIndex } from './open-index.js'
import { Upserter } from './upserter.js'

export interface FileUpsert {
  readonly file: string
  readonly layout: EmbeddedOptions
  readonly index: string
  readonly namespace: string | undefined
  /** The ledger's file. */
  readonly record: string
  readonly concurrency: number
  readonly apiKey: string
  readonly controlUrl: string | undefined
}

/**
 * The files of vectors that a path stands for: itself, or those in a folder, which is that of one namespace.
 *
 * @throws InputError for a folder without any, or with an unfinished run
 */
export async function vectorFiles(path: string): Promise<string[]> {
  if (!(await isFolder(path))) return [path]
  const names = await namesIn(path)
  const unfinished = names.find((name) => name.endsWith('.partial'))
  if (unfinished)
    throw new InputError({ source: join(path, unfinished) }, 'is an unfinished run; finish it, or delete it')
  const files = names.filter(holdsVectors)
  const parquet = files.filter((name) => outputFormat(name) === 'parquet')
  if (files.length === 0) {
    const reason = 'has no .parquet or .jsonl files; of a folder for the import, give that of a namespace'
    throw new InputError({ source: path }, reason)
  }
  return (parquet.length > 0 ? parquet : files).sort().map((name) => join(path, name))
}

export interface FileUpserted {
  readonly upserted: number
  readonly unchanged: number
  /** Whether the whole file was read; false after a signal. */
  readonly isWhole: boolean
}

/**
 * Upserts a file of vectors, after checking that the index accepts all of it. Records that earlier runs upserted are skipped.
 *
 * @throws IndexError for a file that the index would refuse, or requests that keep failing
 */
export async function upsertFile(
  upsert: FileUpsert,
  { stop, report }: { stop: StopSignal; report: Report },
): Promise<FileUpserted> {
  const { file, layout, record: path, namespace } = upsert
  const letGo = await holdOutput(path)
  if (!letGo) throw new IndexError(`another process is filling the index with ${path}; let it finish`)
  try {
    const index = await openIndex({
      name: upsert.index,
      namespace,
      apiKey: upsert.apiKey,
      controlUrl: upsert.controlUrl,
      signal: stop.overdue,
      say: report.say,
    })
    const origin = await originOf(file)
    const records = await refuseUnfit(upsert, origin, index)
    const ledger = await Ledger.read(path, ['vectors'], {
      index: index.host,
      '--namespace': namespace,
      source: 'vectors',
      ...origin,
    })
    try {
      await refuseLost(ledger, path, index)
      const upserter = new Upserter(index, ledger, upsert.concurrency)
      let [upserted, unchanged] = [0, 0]
      let failure: unknown
      const refused: string[] = []
      try {
        for await (const record of readEmbedded(file, layout)) {
          if (stop.requested.aborted) break
          const hash = recordHash(record)
          if (ledger.has(record.id, hash)) {
            unchanged++
          } else {
            if (upserted === 0) await ledger.begin()
            await upserter.add({
              record,
              entry: [record.id, hash],
              refused: async ({ message }) => void refused.push(`${JSON.stringify(record.id)}: ${message}`),
            })
            upserted++
          }
        }
      } catch (error) {
        failure = error
      }
      // Even after a failure: records added before it reach the index and the ledger.
      await upserter.flush()
      if (failure !== undefined) throw failure
      if (refused.length > 0) {
        throw new IndexError(
          `${file}: the index refuses ${countRecords(refused.length)}, first ${refused[0]}; it has the others`,
        )
      }
      return { upserted, unchanged, isWhole: upserted + unchanged === records }
    } finally {
      await ledger.close()
    }
  } finally {
    await letGo()
  }
}

/** The settings that made the vectors of a file, if `embed` has recorded them and the file has not changed since. */
async function originOf(file: string): Promise<Record<string, unknown> | undefined> {
  const extension = extname(file)
  const asPart = { first: join(dirname(file), `0${extension}`), part: Number(basename(file, extension)) }
  for (const { first, part } of [{ first: file, part: 0 }, asPart]) {
    const { output } = await readOutputRecord(recordOf(first))
    const digest = output?.digests[part]
    if (!output || digest === undefined || digest !== (await fileDigest(file))) continue
    return Object.fromEntries(VECTOR_SETTINGS.map((name) => [name, output.settings[name]]))
  }
  return undefined
}

/** Reads the file once, before anything is sent; returns how many records it has. */
async function refuseUnfit(
  { file, layout }: FileUpsert,
  origin: Record<string, unknown> | undefined,
  index: OpenIndex,
): Promise<number> {
  if (origin) refuseForeignModels(index.name, index.shape, Object.values(origin))
  const { records, dimension, problems, problemCount } = await checkFile(file, layout)
  const [first] = problems
  if (first) {
    throw new IndexError(
      `${first.message}${problemCount > 1 ? ` (and ${counted(problemCount - 1, 'more problem')}: pinecone-inference check ${file})` : ''}`,
    )
  }
  for await (const { sparseValues } of readEmbedded(file, layout)) {
    if (dimension !== undefined) {
      refuseOtherVectors(index.name, index.shape, { dimension, sparse: sparseValues !== undefined }, file)
    } else if (index.shape.dense) {
      throw new IndexError(
        `the index ${index.name} needs dense vectors of ${index.shape.dense.dimension} numbers; ${file} has sparse ones only`,
      )
    }
    break
  }
  return records
}
