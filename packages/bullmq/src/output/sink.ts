import type { EmbeddedRecord } from '@pinecone-inference/files'

/** The embedded records of one job. */
export interface Part {
  /** The same for the same records: `part-000000012`. */
  readonly name: string
  readonly records: readonly EmbeddedRecord[]
}

/**
 * Receives the records of a job, to upsert them, for example. It is called at least once per job, and again with the
 * same records after a worker was killed, so it must be idempotent; an upsert by id is. If it throws, the job is
 * embedded and paid for again later: let the sink itself retry what may succeed soon.
 */
export type Sink = (part: Part) => Promise<void>
