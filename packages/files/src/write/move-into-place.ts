import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncHandle } from './appending-file.js'

/** Gives a file that is whole and on disk its final name, atomically and durably. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}

/** Syncs a folder, and with it the names in it. Windows needs no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await syncHandle(handle)
  } finally {
    await handle.close()
  }
}
