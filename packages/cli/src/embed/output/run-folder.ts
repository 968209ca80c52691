import { access, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { OutputError } from '../../ending/expected-error.js'
import { type JournalContent, type JournalHead, readJournal } from './journal.js'

/** The names of an output's files. */
export function pathsOf(output: string) {
  const folder = `${output}.partial`
  return {
    output,
    failed: `${output}.failed.jsonl`,
    /** Of which texts the output has the vectors. */
    record: `${output}.record.jsonl`,
    /** Holds all of an unfinished run. */
    folder,
    journal: join(folder, 'journal.jsonl'),
    unfinishedOutput: join(folder, 'records.part'),
    unfinishedFailed: join(folder, 'failed.part'),
    unfinishedRecord: join(folder, 'record.part'),
  }
}

export type Paths = ReturnType<typeof pathsOf>

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

/** What the input was when the unfinished run of an output began; undefined if not known. */
export async function begunInput(output: string): Promise<JournalHead['input'] | undefined> {
  const journal = await readJournal(pathsOf(output).journal).catch(() => undefined)
  return journal?.head.input
}

/** The error of a run that cannot be resumed as it is. A full disk, for one, may have room again. */
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
