import { link, lstat, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '@pinecone-inference/files'

/**
 * Gives a file that is whole and on disk its final name, durably, unless another file has it. Can be repeated after
 * any step.
 *
 * @returns whether it has that name now; false if another file has it
 */
export async function nameFile(from: string, to: string): Promise<boolean> {
  try {
    // Unlike a renaming it does not replace what is there.
    await link(from, to)
  } catch {
    if (await isTaken(from, to)) return false
    if (!(await identityOf(to))) {
      // The file system has no hard links.
      await rename(from, to)
      await syncFolder(dirname(to))
      return true
    }
  }
  await syncFolder(dirname(to))
  await rm(from)
  return true
}

/** Whether another file has the name that a file is to get. */
export async function isTaken(from: string, to: string): Promise<boolean> {
  const there = await identityOf(to)
  return there !== undefined && there !== (await identityOf(from))
}

/** Undefined if there is no such file. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await lstat(path, { bigint: true })
    return `${dev} ${ino}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
