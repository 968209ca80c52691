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
 * A file for each job, whole or not there, and named after the job: whoever does a job again puts the same file
 * in the same place.
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
      // A full disk here says nothing of the job.
      throw new WorkerError(`${path} cannot be written: ${cause instanceof Error ? cause.message : cause}`, {
        cause,
      })
    }
  }
}

export function partFileName(name: string, format: OutputFormat): string {
  return `${name}.${format}`
}

/** What is in a folder by the names of parts: whole ones, and what killed workers left behind. */
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
