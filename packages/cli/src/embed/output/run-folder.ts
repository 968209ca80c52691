import { access, rmdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { type JsonlLayout, type OutputFormat, partOf, type VectorColumns } from '@pinecone-inference/files'
import { OutputError } from '../../ending/expected-error.js'
import { type JournalContent, type JournalEntry, readJournal } from './journal.js'

/** The file that a run makes, or the parts of which it is the first. */
export interface OutputFile {
  readonly output: string
  readonly format: OutputFormat
  readonly layout: JsonlLayout
  readonly vectors: VectorColumns
  /** A part that has so many bytes is followed by another; infinite for a single file. */
  readonly partBytes: number
}

/** The file that records the texts whose vectors an output has. */
export function recordOf(output: string): string {
  return `${output}.record.jsonl`
}

/** The names of an output's files. */
export function pathsOf(output: string) {
  const folder = `${output}.partial`
  return {
    output,
    failed: `${output}.failed.jsonl`,
    record: recordOf(output),
    /** Holds all of an unfinished run. */
    folder,
    journal: join(folder, 'journal.jsonl'),
    /** The first of the parts. */
    unfinishedOutput: join(folder, '0.part'),
    unfinishedFailed: join(folder, 'failed.part'),
    unfinishedRecord: join(folder, 'record.part'),
    /** The first part of the vectors of the nth run that was begun with another input. */
    kept: (n: number) => join(folder, `kept-${n}`, `0${extname(output)}`),
  }
}

export type Paths = ReturnType<typeof pathsOf>

/** The paths of so many parts, by that of the first. */
export function partsOf(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, part) => partOf(first, part))
}

/** Number of parts that a run has begun. */
export function partCount({ output }: Pick<JournalEntry, 'output'>): number {
  return (output.part ?? 0) + 1
}

export async function readBegun({ journal, folder }: Paths): Promise<JournalContent | undefined> {
  return readJournal(journal).catch((error: Error) => {
    throw orStartOver(error, { folder })
  })
}

/** @throws OutputError where one of the names is taken */
export async function refuseExisting(output: string): Promise<void> {
  for (const path of [output, pathsOf(output).failed]) {
    if (await exists(path)) {
      throw new OutputError(`${path} exists already. Move it away, or give another --output.`)
    }
  }
}

/** Adds advice to start over, except to a system error such as a full disk, which may pass. */
export function orStartOver(error: Error, { folder }: Pick<Paths, 'folder'>): Error {
  if ('syscall' in error && 'code' in error && error.code !== 'ENOENT') return error
  return new OutputError(`${error.message}. Delete ${folder} to start over.`, { cause: error })
}

/** A folder that is not empty, or a link, stays: the output has its name in any case. */
export async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {})
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
