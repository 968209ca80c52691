import { readdir, rename, rm } from 'node:fs/promises'
import { moveIntoPlace, syncFolder } from '@pinecone-inference/files'
import { OutputError } from '../../ending/expected-error.js'
import type { JournalEntry, JournalHead } from './journal.js'
import { removeKept } from './kept-vectors.js'
import { isTaken, nameFile } from './name-file.js'
import { fileDigest } from './output-record.js'
import { exists, type Paths, pathsOf, readBegun, removeIfEmpty } from './run-folder.js'

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
 * Can be repeated after any step: a file that is no longer in the folder has its final name. The output comes last, so that
 * the one it replaces exists until then.
 *
 * @throws OutputError if another file has one of the names
 */
export async function giveNames(
  paths: Paths,
  { failed }: JournalEntry,
  { replaces }: JournalHead,
): Promise<void> {
  const { unfinishedOutput, unfinishedFailed, unfinishedRecord } = paths
  const isReplacing = (await exists(unfinishedOutput)) && (await isReplaced(paths, replaces))
  if (isReplacing) {
    // The previous run wrote it.
    if (failed.records === 0 && (await exists(unfinishedFailed))) await rm(paths.failed, { force: true })
    if (failed.records > 0 && (await exists(unfinishedFailed))) await rename(unfinishedFailed, paths.failed)
  }
  const named = [
    ...(failed.records > 0 ? [[unfinishedFailed, paths.failed] as const] : []),
    ...(isReplacing ? [] : [[unfinishedOutput, paths.output] as const]),
  ]
  for (const [from, to] of named)
    if ((await exists(from)) && (await isTaken(from, to))) throw taken(to, paths)
  if (await exists(unfinishedRecord)) await rename(unfinishedRecord, paths.record)
  if (isReplacing) await moveIntoPlace(unfinishedOutput, paths.output)
  for (const [from, to] of named)
    if ((await exists(from)) && !(await nameFile(from, to))) throw taken(to, paths)
  if (!(await exists(paths.output))) {
    throw new OutputError(`${unfinishedOutput} is gone. Delete ${paths.folder} to start over.`)
  }
  await rm(unfinishedFailed, { force: true })
  await removeKept(paths)
  await syncFolder(paths.folder)
  // Last, since it shows that the run is finished.
  await rm(paths.journal)
  await removeIfEmpty(paths.folder)
}

/** Whether the existing output is the one that the run was to replace when it began. */
async function isReplaced({ output }: Paths, replaces: string | undefined): Promise<boolean> {
  return replaces !== undefined && (await exists(output)) && (await fileDigest(output)) === replaces
}

function taken(path: string, { folder }: Paths): OutputError {
  return new OutputError(
    `${path} has appeared since this run began. All is done, in ${folder}: move ${path} away and run the same command again.`,
  )
}

/** Whether a finished run was killed when all that was left to do was to remove its empty folder. */
async function isFinishedBarFolder(paths: Paths): Promise<boolean> {
  const left = await readdir(paths.folder).catch(() => undefined)
  if (left?.length !== 0 || !(await exists(paths.output))) return false
  await removeIfEmpty(paths.folder)
  return true
}
