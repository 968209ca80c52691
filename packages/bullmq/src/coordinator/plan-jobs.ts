import type { TextRecord } from '@pinecone-inference/files'
import { RunError } from '../run/errors.js'
import { type EmbedJob, fingerprintOf } from '../run/job.js'

/** Maximum bytes of a job's records as JSON: Redis holds them in memory, and hands them over in one piece. */
const MAX_JOB_BYTES = 8_000_000

/**
 * Splits records into jobs, in order. The same records always give the same jobs.
 *
 * @throws RunError for a record whose `id` or `text` is not a string
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

/** Refuses a value that would stop every worker that takes it from the queue. */
function checkRecord(record: TextRecord, position: number): void {
  const { id, text }: { id?: unknown; text?: unknown } = record ?? {}
  if (typeof id !== 'string')
    throw new RunError(`Record ${position} of the source has no id, or one that is not a string`)
  if (typeof text !== 'string') {
    throw new RunError(
      `Record ${position} of the source, ${JSON.stringify(id)}, has no text, or one that is not a string; use '' for an empty text`,
    )
  }
}
