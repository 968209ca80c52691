import type { TextRecord } from '@pinecone-inference/files'
import { type EmbedJob, fingerprintOf } from '../run/job.js'
import { checkRecord } from './check-record.js'

/** Redis holds a job's records in memory, and hands them over in one piece. */
const MAX_JOB_BYTES = 8_000_000

/**
 * Splits records into jobs, in order: the same records, the same jobs.
 *
 * @throws RunError for what is no record
 */
export async function* planJobs(
  source: Iterable<TextRecord> | AsyncIterable<TextRecord>,
  recordsPerJob: number,
): AsyncGenerator<EmbedJob, void> {
  let records: TextRecord[] = []
  let bytes = 0
  let index = 0
  let position = 0
  const next = (): EmbedJob => {
    const job = { index: index++, fingerprint: fingerprintOf(records), records }
    records = []
    bytes = 0
    return job
  }
  for await (const record of source) {
    checkRecord(record, position++)
    const size = Buffer.byteLength(JSON.stringify(record))
    if (records.length > 0 && bytes + size > MAX_JOB_BYTES) yield next()
    records.push(record)
    bytes += size
    if (records.length >= recordsPerJob) yield next()
  }
  if (records.length > 0) yield next()
}
