import { access, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  AppendingFile,
  type JsonlLayout,
  type OutputFormat,
  type RecordWriter,
  syncFolder,
  type VectorColumns,
} from '@pinecone-inference/files'
import { OutputError } from '../../ending/expected-error.js'
import { failureLine } from './failure-line.js'
import type { Cadence, JobOutput, Outcome, Standing } from './job-output.js'
import {
  differingSetting,
  Journal,
  type JournalContent,
  type JournalEntry,
  type JournalHead,
  readJournal,
} from './journal.js'
import { makeFolder } from './make-folder.js'
import { isTaken, nameFile } from './name-file.js'
import { ThreadedWriter } from './writer-thread/threaded-writer.js'

/** The file that a run makes. */
export interface OutputFile {
  readonly output: string
  readonly format: OutputFormat
  readonly layout: JsonlLayout
  readonly vectors: VectorColumns
}

/** The names of an output's files. */
export function pathsOf(output: string) {
  const folder = `${output}.partial`
  return {
    output,
    failed: `${output}.failed.jsonl`,
    /** Holds all of an unfinished run. */
    folder,
    journal: join(folder, 'journal.jsonl'),
    unfinishedOutput: join(folder, 'records.part'),
    unfinishedFailed: join(folder, 'failed.part'),
  }
}

/**
 * What `open` would refuse anyway, before the input is read for it.
 *
 * @throws OutputError if there is an output, and no run to go on with
 */
export async function refuseFinished(output: string): Promise<void> {
  const paths = pathsOf(output)
  if (!(await exists(paths.folder))) await refuseExisting(paths)
}

/** What the input was when the unfinished run of an output was begun; undefined where that is not known. */
export async function begunInput(output: string): Promise<JournalHead['input'] | undefined> {
  const journal = await readJournal(pathsOf(output).journal).catch(() => undefined)
  return journal?.head.input
}

/** A run that was finished already, and what it did, where that is still known. */
export interface FinishedOutput {
  readonly finished: JournalEntry | undefined
}

type Paths = ReturnType<typeof pathsOf>

/**
 * The files of a run until they are whole, in the folder OUTPUT.partial. A process that is killed at any moment leaves
 * it so that the next one goes on after the last checkpoint; OUTPUT itself is there only when it is whole.
 */
export class UnfinishedOutput implements JobOutput {
  readonly input: JournalHead['input']
  readonly unchanged = 0
  readonly cadence: Cadence
  readonly #paths: Paths
  readonly #journal: Journal
  readonly #writer: RecordWriter
  readonly #failed: AppendingFile
  /** The last checkpoint that is on disk. */
  #last: JournalEntry
  #failures: number
  #embedded: number

  private constructor(paths: Paths, format: OutputFormat, files: Files, { head, entries }: JournalContent) {
    this.input = head.input
    this.cadence = CADENCE[format]
    this.#paths = paths
    this.#journal = files.journal
    this.#writer = files.writer
    this.#failed = files.failed
    this.#last = entries.at(-1) ?? nothingDone
    this.#failures = this.#last.failed.records
    this.#embedded = this.#last.output.records
  }

  /**
   * Begins a run, or goes on with the one that was begun.
   *
   * @returns what a run did that turns out to be finished, whose files now have their names
   * @throws OutputError if there is an output already, or a run that was about something else
   */
  static async open(file: OutputFile, head: JournalHead): Promise<UnfinishedOutput | FinishedOutput> {
    const paths = pathsOf(file.output)
    const begun = await readJournal(paths.journal).catch((error: Error) => {
      throw orStartOver(error, paths)
    })
    const last = begun?.entries.at(-1)
    if (begun) refuseOther(begun.head, head, paths)
    if (last?.finished) {
      await giveNames(paths, last)
      return { finished: last }
    }
    if (await isFinishedBarFolder(paths)) return { finished: undefined }
    await refuseExisting(paths)
    if (!begun) await refuseWithoutJournal(paths)
    const content = begun ?? { head, entries: [] }
    const files = await openFiles(file, paths, content).catch(async (error: Error) => {
      if (begun) throw orStartOver(error, paths)
      await removeFiles(paths)
      throw error
    })
    return new UnfinishedOutput(paths, file.format, files, content)
  }

  get standing(): Standing {
    return this.#last
  }

  get failedOutput(): string {
    return this.#paths.failed
  }

  get ifInputChanged(): string {
    return `Delete ${this.#paths.folder} to start over with it as it is now.`
  }

  get embedded(): number {
    return this.#embedded
  }

  get failures(): number {
    return this.#failures
  }

  async append(outcome: Outcome): Promise<void> {
    if ('embedded' in outcome) {
      await this.#writer.append(outcome.embedded)
      this.#embedded++
    } else if ('failure' in outcome) {
      await this.#failed.append(Buffer.from(failureLine(outcome.record, outcome.failure)))
      this.#failures++
    }
  }

  /**
   * Brings all that was appended to the disk, then says so in the journal. Meanwhile more may be appended, but the
   * next checkpoint has to wait for this one.
   */
  async checkpoint(standing: Standing): Promise<void> {
    // Before anything else: what is appended meanwhile belongs to the next one.
    const failed = { records: this.#failures, bytes: this.#failed.length }
    const output = await this.#writer.checkpoint()
    await this.#failed.sync()
    const entry = { ...standing, output, failed }
    await this.#journal.write(entry)
    this.#last = entry
  }

  /** Makes the files whole and gives them their names. */
  async finish(standing: Standing): Promise<void> {
    await this.checkpoint(standing)
    await this.#writer.finish()
    await this.#journal.write({ ...this.#last, finished: true })
    await this.close()
    await giveNames(this.#paths, this.#last)
  }

  /** Leaves the files for the next run. */
  async close(): Promise<void> {
    await this.#writer.close()
    await this.#failed.close()
    await this.#journal.close()
  }

  /** Takes the files away if they hold no vector. */
  async discardIfEmpty(): Promise<boolean> {
    if (this.#last.output.records > 0 || !(await this.#journal.isOurs())) return false
    await rm(this.#paths.folder, { recursive: true, force: true })
    return true
  }
}

/** A Parquet file gets a row group at each checkpoint: a full one is worth it, and they are further apart. */
const CADENCE: Readonly<Record<OutputFormat, Cadence>> = {
  jsonl: { everyMs: 500, everyRecords: Number.POSITIVE_INFINITY },
  parquet: { everyMs: 30_000, everyRecords: 1_000 },
}

const nothingDone: JournalEntry = {
  read: 0,
  digest: '',
  output: { bytes: 0, records: 0 },
  failed: { records: 0, bytes: 0 },
  tokens: {},
}

interface Files {
  journal: Journal
  writer: RecordWriter
  failed: AppendingFile
}

/** Opens all of a run's files, or none. The journal comes first: what is beside it is never without it. */
async function openFiles(
  { format, layout, vectors }: OutputFile,
  paths: Paths,
  content: JournalContent,
): Promise<Files> {
  const { entries } = content
  await makeFolder(paths.folder)
  const opened: { close(): Promise<void> }[] = []
  const keep = <T extends { close(): Promise<void> }>(file: T): T => {
    opened.push(file)
    return file
  }
  try {
    const journal = keep(await Journal.open(paths.journal, content))
    const writer = keep(
      await ThreadedWriter.open(paths.unfinishedOutput, {
        format,
        layout,
        vectors,
        checkpoints: entries.map(({ output }) => output),
      }),
    )
    const failed = keep(await AppendingFile.open(paths.unfinishedFailed, entries.at(-1)?.failed.bytes ?? 0))
    await syncFolder(paths.folder)
    await syncFolder(dirname(paths.folder))
    return { journal, writer, failed }
  } catch (error) {
    await Promise.allSettled(opened.map((file) => file.close()))
    throw error
  }
}

async function removeFiles({ folder, journal, unfinishedOutput, unfinishedFailed }: Paths): Promise<void> {
  for (const path of [unfinishedOutput, unfinishedFailed, `${journal}.new`, journal])
    await rm(path, { force: true })
  await removeIfEmpty(folder)
}

/** The error of a run that cannot be gone on with as it is; not of a disk that may have room again. */
function orStartOver(error: Error, { folder }: Paths): Error {
  if ('syscall' in error && 'code' in error && error.code !== 'ENOENT') return error
  return new OutputError(`${error.message}. Delete ${folder} to start over.`, { cause: error })
}

async function refuseWithoutJournal({ folder, journal, unfinishedOutput }: Paths): Promise<void> {
  const found = await stat(unfinishedOutput).catch(() => undefined)
  if (!found?.size) return
  throw new OutputError(
    `${unfinishedOutput} holds records, but ${journal}, which says what they are, is gone. Delete ${folder} to start over.`,
  )
}

/**
 * May be begun again after any step: a file that is not in the folder any more has its name.
 *
 * @throws OutputError where another file has one of the names
 */
async function giveNames(paths: Paths, { failed }: JournalEntry): Promise<void> {
  const named = [
    ...(failed.records > 0 ? [[paths.unfinishedFailed, paths.failed] as const] : []),
    [paths.unfinishedOutput, paths.output] as const,
  ]
  for (const [from, to] of named)
    if ((await exists(from)) && (await isTaken(from, to))) throw taken(to, paths)
  for (const [from, to] of named)
    if ((await exists(from)) && !(await nameFile(from, to))) throw taken(to, paths)
  if (!(await exists(paths.output))) {
    throw new OutputError(`${paths.unfinishedOutput} is gone. Delete ${paths.folder} to start over.`)
  }
  await rm(paths.unfinishedFailed, { force: true })
  await syncFolder(paths.folder)
  // Last, since without it nobody knows that the run is finished.
  await rm(paths.journal)
  await removeIfEmpty(paths.folder)
}

function taken(path: string, { folder }: Paths): OutputError {
  return new OutputError(
    `${path} is there already, since this run began. All is done, in ${folder}: move ${path} away and give the same command again.`,
  )
}

/** Others put files of their own into any folder, or a link in its place: the output has its name all the same. */
async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {})
}

/** Whether a finished run was killed when all that was left to do was to remove its empty folder. */
async function isFinishedBarFolder(paths: Paths): Promise<boolean> {
  const left = await readdir(paths.folder).catch(() => undefined)
  if (left?.length !== 0 || !(await exists(paths.output))) return false
  await removeIfEmpty(paths.folder)
  return true
}

function refuseOther(begun: JournalHead, now: JournalHead, { folder }: Paths): void {
  const advice = `Give the same to go on with it, or delete ${folder} to start over.`
  const difference = differingSetting(begun.settings, now.settings)
  if (difference) {
    throw new OutputError(`${folder} holds a run that was begun with another ${difference}. ${advice}`)
  }
  if (begun.input && now.input && begun.input.digest !== now.input.digest) {
    throw new OutputError(
      `${folder} holds a run whose input was another: it had ${begun.input.records} records, now there are ` +
        `${now.input.records}, or one of them has changed. ${advice}`,
    )
  }
}

async function refuseExisting({ output, failed }: Paths): Promise<void> {
  for (const path of [output, failed]) {
    if (await exists(path)) {
      throw new OutputError(`${path} is there already. Move it away, or give another --output.`)
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
