import type { EmbeddedRecord } from '../record.js'

/** A record's vectors as arrays, which are all that JSON.stringify and hyparquet-writer take for a list. */
export function plain({ values, sparseValues }: EmbeddedRecord) {
  return {
    values: values && array(values),
    sparseValues: sparseValues && {
      indices: array(sparseValues.indices),
      values: array(sparseValues.values),
    },
  }
}

function array(numbers: readonly number[] | Float32Array | Float64Array | Uint32Array): readonly number[] {
  return ArrayBuffer.isView(numbers) ? Array.from(numbers) : numbers
}
