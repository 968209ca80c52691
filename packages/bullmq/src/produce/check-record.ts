import type { TextRecord } from '@pinecone-inference/files'
import { RunError } from '../run/run-error.js'

/** Refuses what is no record: in the queue it would stop every worker that takes it. */
export function checkRecord(record: TextRecord, position: number): void {
  const { id, text }: { id?: unknown; text?: unknown } = record ?? {}
  if (typeof id !== 'string')
    throw new RunError(`Record ${position} of the source has no id that is a string`)
  if (typeof text !== 'string') {
    throw new RunError(
      `Record ${position} of the source, ${JSON.stringify(id)}, has no text that is a string; where there is none, give ''`,
    )
  }
}
