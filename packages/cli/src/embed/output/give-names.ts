import { readdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { moveIntoPlace, partOf, syncFolder } from '@pinecone-inference/files'
import { OutputError } from '../../ending/expected-error.js'
import type { JournalEntry, JournalHead } from './journal.js'
import { removeKept } from './kept-vectors.js'
import { isTaken, nameFile } from './name-file.js'
import { fileDigest } from './output-record.js'
import { exists, type Paths, partCount, partsOf, pathsOf, readBegun, removeIfEmpty } from './run-folder.js'

/**
 * Gives a run's files their final names, if that was all the run had left to do when it was killed.
 *
 * @returns whether there was such a run
 * @throws OutputError if another file has one of the names
 */
export async function nameFinished(output: string): Promise<boolean> {
  const paths = pathsOf(output)
  const begun = await readBegun(paths)
  const last = begun?.entries.at(-1)
  if (!begun || !last?.finished) return isFinishedBarFolder(paths)
  await giveNames(paths, last, begun.head)
  return true
}

/**
 * Gives the files of a finished run their names. Can be repeated after any step: a file that is no longer in the folder
 * has its final name. The first part comes last: of an output that has only one, the old or the new one is there at any
 * moment.
 *
 * @throws OutputError if another file has one of the names
 */
export async function giveNames(
  paths: Paths,
  last: JournalEntry,
  { replaces = [] }: JournalHead,
): Promise<void> {
  const { output, unfinishedFailed, unfinishedRecord } = paths
  const count = partCount(last)
  const parts = await unnamedParts(paths, count, replaces)
  const isReplacing = parts.some((part) => part.isReplacing)
  const hasFailed = last.failed.records > 0
  const isListed = hasFailed && (await exists(unfinishedFailed))
  const named = [
    ...(isListed ? [{ from: unfinishedFailed, to: paths.failed, isReplacing }] : []),
    ...parts.reverse(),
  ]
  for (const { from, to, isReplacing } of named)
    if (!isReplacing && (await isTaken(from, to))) throw taken(to, paths)
  // The previous run wrote it.
  if (isReplacing && !hasFailed) await rm(paths.failed, { force: true })
  if (await exists(unfinishedRecord)) await rename(unfinishedRecord, paths.record)
  for (const { from, to, isReplacing } of named) {
    if (isReplacing) await moveIntoPlace(from, to)
    else if (!(await nameFile(from, to))) throw taken(to, paths)
  }
  for (const [part, digest] of replaces.entries()) {
    const old = partOf(output, part)
    if (part >= count && (await isFile(old, digest))) await rm(old)
  }
  await syncFolder(dirname(output))
  for (const [part, path] of partsOf(output, count).entries()) {
    if (await exists(path)) continue
    throw new OutputError(
      `${partOf(paths.unfinishedOutput, part)} is gone. Delete ${paths.folder} to start over.`,
    )
  }
  await rm(unfinishedFailed, { force: true })
  await removeKept(paths)
  await syncFolder(paths.folder)
  // Last, since it shows that the run is finished.
  await rm(paths.journal)
  await removeIfEmpty(paths.folder)
}

/** A file to be named, and whether that replaces what the run was to replace when it began. */
interface Naming {
  readonly from: string
  readonly to: string
  readonly isReplacing: boolean
}

async function unnamedParts(
  { output, unfinishedOutput }: Paths,
  count: number,
  replaces: readonly string[],
): Promise<Naming[]> {
  const parts: Naming[] = []
  for (const [part, from] of partsOf(unfinishedOutput, count).entries()) {
    if (!(await exists(from))) continue
    const to = partOf(output, part)
    parts.push({ from, to, isReplacing: await isFile(to, replaces[part]) })
  }
  return parts
}

/** Whether there is a file with this digest. */
async function isFile(path: string, digest: string | undefined): Promise<boolean> {
  return digest !== undefined && (await exists(path)) && (await fileDigest(path)) === digest
}

function taken(path: string, { folder }: Paths): OutputError {
  return new OutputError(
    `${path} has appeared since this run began. The new output is complete, in ${folder}. Move ${path} away and run the same command again.`,
  )
}

/**
 * Whether a finished run was killed when all that was left to do was to remove its empty folder. If so, removes the
 * folder.
 */
async function isFinishedBarFolder(paths: Paths): Promise<boolean> {
  const left = await readdir(paths.folder).catch(() => undefined)
  if (left?.length !== 0 || !(await exists(paths.output))) return false
  await removeIfEmpty(paths.folder)
  return true
}
