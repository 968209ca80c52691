import type { EmbeddedRecord } from '@pinecone-inference/files'

/**
 * Records as they are passed to another thread, with their dense vectors in one block that is transferred without a copy.
 * A buffer per vector would be copied, and fragment the memory of both threads.
 */
export interface PackedRecords {
  /** The records without their dense vectors, and the length of each vector. */
  readonly records: readonly { readonly record: EmbeddedRecord; readonly length: number | undefined }[]
  readonly numbers: Float32Array | Float64Array
}

export function pack(given: readonly EmbeddedRecord[]): PackedRecords {
  const size = given.reduce((sum, { values }) => sum + (values?.length ?? 0), 0)
  const is32Bit = given.every(({ values }) => values === undefined || values instanceof Float32Array)
  const numbers = is32Bit ? new Float32Array(size) : new Float64Array(size)
  let at = 0
  const records = given.map(({ values, ...record }) => {
    if (values) numbers.set(values, at)
    at += values?.length ?? 0
    return { record, length: values?.length }
  })
  return { records, numbers }
}

export function* unpack({ records, numbers }: PackedRecords): Generator<EmbeddedRecord, void> {
  let at = 0
  for (const { record, length } of records) {
    yield length === undefined ? record : { ...record, values: numbers.subarray(at, at + length) }
    at += length ?? 0
  }
}
