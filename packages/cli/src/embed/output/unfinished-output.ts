import { stat } from 'node:fs/promises'
import type { AppendingFile, OutputFormat, RecordWriter, TextRecord } from '@pinecone-inference/files'
import { OutputError } from '../../ending/expected-error.js'
import type { CleanupSettings } from './cleanup.js'
import type { EarlierVectors } from './earlier-vectors.js'
import { giveNames } from './give-names.js'
import { type Cadence, failureLine, type JobOutput, type Outcome, type Standing } from './job-output.js'
import {
  type Journal,
  type JournalContent,
  type JournalEntry,
  type JournalHead,
  superseding,
} from './journal.js'
import { fileDigests, type OutputRecord, readOutputRecord } from './output-record.js'
import type { PreviousOutput } from './previous-output.js'
import { nothingDone, openRunFiles, type RunFiles, removeRunFiles } from './run-files.js'
import {
  type OutputFile,
  orStartOver,
  type Paths,
  partCount,
  partsOf,
  pathsOf,
  readBegun,
  refuseExisting,
} from './run-folder.js'

/** A run to begin or resume. */
export interface Run extends CleanupSettings {
  readonly head: JournalHead
  readonly earlier: EarlierVectors
}

/**
 * The files of a run until they are whole, in the folder OUTPUT.partial. A process that is killed at any moment leaves
 * it so that the next one resumes after the last checkpoint; OUTPUT itself exists only once it is whole.
 */
export class UnfinishedOutput implements JobOutput {
  readonly input: JournalHead['input']
  readonly cadence: Cadence
  deleted = 0
  gone: readonly string[] = []
  readonly #paths: Paths
  readonly #run: Run
  readonly #journal: Journal
  readonly #writer: RecordWriter
  readonly #failed: AppendingFile
  readonly #record: OutputRecord
  /** Ids in the input; undefined without a previous output to compare with. */
  readonly #seen: Set<string> | undefined
  /** The last checkpoint that is on disk. */
  #last: JournalEntry
  #failures: number
  #embedded: number
  #unchanged: number
  #left: number

  private constructor(paths: Paths, format: OutputFormat, files: RunFiles, run: Run, begun: Begun) {
    const { head, entries } = begun.journal
    const { earlier } = run
    this.input = head.input
    this.cadence = CADENCE[format]
    this.#paths = paths
    this.#run = run
    this.#journal = files.journal
    this.#writer = files.writer
    this.#failed = files.failed
    this.#record = files.record
    this.#seen = earlier.previous && new Set(begun.ids)
    this.#last = entries.at(-1) ?? { ...nothingDone, vectors: earlier.facts }
    const { output, failed, unchanged, left } = this.#last
    this.#failures = failed.records
    this.#unchanged = unchanged
    this.#left = left
    this.#embedded = output.records - unchanged - left
  }

  /**
   * Begins a run, or resumes an unfinished one.
   *
   * @throws OutputError if there is an output that is not to be replaced
   */
  static async open(file: OutputFile, run: Run): Promise<UnfinishedOutput> {
    const paths = pathsOf(file.output)
    const journal = await readBegun(paths)
    if (journal) refuseAppeared(journal.head, run.head, paths)
    if (!run.earlier.previous) await refuseExisting(file.output)
    if (!journal) await refuseWithoutJournal(paths)
    const last = journal?.entries.at(-1)
    const done = last && (await readOutputRecord(paths.unfinishedRecord, last.record))
    const begun = {
      journal: journal ?? { head: run.head, entries: [] },
      ids: done?.records.map(([id]) => id) ?? [],
    }
    const files = await openRunFiles(file, paths, begun.journal).catch(async (error: Error) => {
      if (journal) throw orStartOver(error, paths)
      await removeRunFiles(paths)
      throw error
    })
    return new UnfinishedOutput(paths, file.format, files, run, begun)
  }

  get standing(): Standing {
    return this.#last
  }

  get failedOutput(): string {
    return this.#paths.failed
  }

  get parts(): number {
    return partCount(this.#last)
  }

  get ifInputChanged(): string {
    return 'Finished records are kept; run the same command again to embed the rest of it as it is now.'
  }

  get embedded(): number {
    return this.#embedded
  }

  get failures(): number {
    return this.#failures
  }

  get unchanged(): number {
    return this.#unchanged
  }

  has(record: TextRecord): boolean {
    return this.#run.earlier.has(record)
  }

  async append(outcome: Outcome): Promise<void> {
    const { record } = outcome
    this.#seen?.add(record.id)
    if ('failure' in outcome) {
      await this.#failed.append(Buffer.from(failureLine(record, outcome.failure)))
      this.#record.add(record.id)
      this.#failures++
      return
    }
    if ('embedded' in outcome) {
      await this.#writer.append(outcome.embedded)
      this.#embedded++
    } else {
      await this.#writer.append(await this.#run.earlier.embedded(record))
      this.#unchanged++
    }
    this.#record.add(record.id, record.text)
  }

  /**
   * Brings everything appended to the disk, then adds an entry to the journal. Meanwhile more may be appended, but the
   * next checkpoint must wait for this one.
   */
  async checkpoint(standing: Standing): Promise<void> {
    // All at once: records appended later belong to the next checkpoint.
    const failed = { records: this.#failures, bytes: this.#failed.length }
    const counts = { unchanged: this.#unchanged, left: this.#left }
    const [output, record] = await Promise.all([
      this.#writer.checkpoint(),
      this.#record.sync(),
      this.#failed.sync(),
    ])
    const entry = { ...standing, ...counts, output, failed, record }
    await this.#journal.write(entry)
    this.#last = entry
  }

  /** Makes the files whole and gives them their names. */
  async finish(standing: Standing): Promise<void> {
    await this.checkpoint(standing)
    const { previous } = this.#run.earlier
    if (previous) {
      await this.#keepGone(previous)
      await this.checkpoint(standing)
    }
    await this.#writer.finish()
    const { head } = this.#run
    await this.#record.finish({
      settings: head.settings,
      input: { records: standing.read, digest: standing.digest },
      from: head.from,
      vectors: standing.vectors ?? {},
      digests: await fileDigests(partsOf(this.#paths.unfinishedOutput, this.parts)),
      failed: this.#failures,
      left: this.#left,
    })
    await this.#journal.write({ ...this.#last, finished: true })
    await this.close()
    await giveNames(this.#paths, this.#last, head)
  }

  /** Keeps records that the input no longer has and that are not to be deleted, at the end of the output. */
  async #keepGone(previous: PreviousOutput): Promise<void> {
    const { cleanup, emptied, isPartial } = this.#run
    const { deleted, left } = previous.gone(this.#seen ?? new Set(), {
      cleanup: isPartial() ? 'none' : cleanup,
      emptied,
    })
    for await (const { recorded, embedded } of previous.recordsOf(left)) {
      await this.#writer.append(embedded)
      this.#record.take(recorded)
      this.#left++
    }
    this.deleted = deleted
    if (!isPartial()) this.gone = left
  }

  /** Leaves the files for the next run. */
  async close(): Promise<void> {
    await this.#writer.close()
    await this.#failed.close()
    await this.#record.close()
    await this.#journal.close()
    await this.#run.earlier.close()
  }

  async supersede(): Promise<void> {
    await this.#journal.write(superseding(this.#last))
  }

  /** Removes the files if they hold no vector. */
  async discardIfEmpty(): Promise<boolean> {
    if (this.#last.output.records > 0 || !(await this.#journal.isOurs())) return false
    await removeRunFiles(this.#paths)
    return true
  }
}

/** In Parquet each checkpoint ends a row group. Full row groups are better, so checkpoints are further apart. */
const CADENCE: Readonly<Record<OutputFormat, Cadence>> = {
  jsonl: { everyMs: 500, everyRecords: Number.POSITIVE_INFINITY },
  parquet: { everyMs: 30_000, everyRecords: 1_000 },
}

/** An unfinished run: its journal, and the ids of the records that are done. */
interface Begun {
  readonly journal: JournalContent
  readonly ids: readonly string[]
}

async function refuseWithoutJournal({ folder, journal, unfinishedOutput }: Paths): Promise<void> {
  const found = await stat(unfinishedOutput).catch(() => undefined)
  if (!found?.size) return
  throw new OutputError(
    `${unfinishedOutput} holds records, but their journal ${journal} is missing. Delete ${folder} to start over.`,
  )
}

function refuseAppeared(begun: JournalHead, now: JournalHead, { folder, output }: Paths): void {
  if (now.replaces === undefined || begun.replaces?.join() === now.replaces.join()) return
  throw new OutputError(
    `${output} has appeared since the run in ${folder} began. Move it away, or delete ${folder} to start over.`,
  )
}
