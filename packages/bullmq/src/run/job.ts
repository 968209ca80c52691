import { createHash } from 'node:crypto'
import type { TextRecord } from '@pinecone-inference/files'

/** A worker's unit of work: consecutive records of the source. */
export interface EmbedJob {
  /** 0 for the source's first records. */
  readonly index: number
  readonly fingerprint: number
  readonly records: readonly TextRecord[]
}

/** The job's id in BullMQ, and the name of its part file. */
export function jobName(index: number): string {
  return `part-${String(index).padStart(9, '0')}`
}

/** A 32-bit hash of the records' ids and texts. */
export function fingerprintOf(records: readonly TextRecord[]): number {
  const hash = createHash('sha256')
  for (const { id, text } of records) hash.update(JSON.stringify([id, text]))
  return hash.digest().readUInt32BE(0)
}
