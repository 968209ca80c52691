import { hostedModel } from '@pinecone-inference/client'
import type { IndexSettings } from '@pinecone-inference/emulator'
import { InvalidArgumentError } from 'commander'

/** https://docs.pinecone.io/reference/api/database-limits/identifier-limits, November 2026 */
export function indexName(text: string): string {
  if (/^[a-z\d]([a-z\d-]{0,43}[a-z\d])?$/.test(text)) return text
  throw new InvalidArgumentError('Allowed: the name of an index, of lower-case letters, digits and hyphens.')
}

interface RecordOptions {
  readonly record?: string
  readonly namespace?: string
}

/** `docs.upserted.jsonl`, `docs.<namespace>.upserted.jsonl`, or what --record says. */
export function recordFile(index: string, { record, namespace }: RecordOptions): string {
  const names = namespace === undefined ? [index] : [index, encodeURIComponent(namespace)]
  return record ?? `${names.join('.')}.upserted.jsonl`
}

interface VectorOptions {
  readonly model: string
  readonly sparseModel?: string
  readonly dimension?: number
}

/** An index of the emulator that fits the vectors. */
export function offlineIndex(name: string, { model, sparseModel, dimension }: VectorOptions): IndexSettings {
  const facts = hostedModel(model)
  return {
    name,
    dimension: facts?.vectorType === 'sparse' ? undefined : (dimension ?? facts?.defaultDimension),
    ...(sparseModel === undefined ? {} : { metric: 'dotproduct' }),
  }
}
