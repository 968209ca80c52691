import { PineconeApiError } from '@pinecone-inference/client'
import type { TextRecord } from '@pinecone-inference/files'

/** A line of OUTPUT.failed.jsonl: the record, so that the file can be embedded again, and why it failed. */
export function failureLine({ id, text, metadata }: TextRecord, failure: Error): string {
  const error = {
    name: failure.name,
    message: failure.message,
    ...(failure instanceof PineconeApiError ? { status: failure.status } : {}),
  }
  return `${JSON.stringify({ id, text, metadata, error })}\n`
}
