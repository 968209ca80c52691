import type { EmbeddedRecord } from '@pinecone-inference/files'

/** The records of one finished job. */
export interface Part {
  /** The same for the same records: `part-000000012`. */
  readonly name: string
  readonly records: readonly EmbeddedRecord[]
}

/**
 * Takes the records of a job: an upsert, for one. It is called at least once for each job, and may be called
 * again with the same records after a worker was killed, so it has to be idempotent; an upsert by id is. If it
 * throws, the job is tried again later, and embedded anew: what can be tried again at once, the sink should try.
 */
export type Sink = (part: Part) => Promise<void>
