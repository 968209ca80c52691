import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type OutputFormat, writeRecords } from '@pinecone-inference/files'
import { WorkerError } from '../run/errors.js'
import type { Sink } from './sink.js'

export interface PartFiles {
  readonly folder: string
  readonly format: OutputFormat
}

/**
 * Writes a file per job, whole or not at all, named after the job: a job that is repeated writes the same file in the
 * same place.
 */
export function partFiles({ folder, format }: PartFiles): Sink {
  return async ({ name, records }) => {
    const [first] = records
    if (!first) return
    const vectors = { dense: first.values !== undefined, sparse: first.sparseValues !== undefined }
    const path = join(folder, partFileName(name, format))
    try {
      await mkdir(folder, { recursive: true })
      await writeRecords(path, records, { format, vectors })
    } catch (cause) {
      // A full disk says nothing about the job.
      throw new WorkerError(`${path} cannot be written: ${cause instanceof Error ? cause.message : cause}`, {
        cause,
      })
    }
  }
}

export function partFileName(name: string, format: OutputFormat): string {
  return `${name}.${format}`
}

/** The part files in a folder: complete ones, and those that killed workers left unfinished. */
export async function listParts(folder: string): Promise<{ whole: Set<string>; unfinished: string[] }> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const parts = names.filter((name) => /^part-\d{9,}\./.test(name))
  return {
    whole: new Set(parts.filter((name) => !name.endsWith('.tmp'))),
    unfinished: parts.filter((name) => name.endsWith('.tmp')),
  }
}
