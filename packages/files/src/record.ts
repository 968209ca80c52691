/** What Pinecone stores with a vector. */
export type Metadata = Record<string, string | number | boolean | string[]>

/** A text to embed. */
export interface TextRecord {
  /** Unique in its input, 1 to 512 characters of ASCII. */
  id: string
  /** May be empty, if it is in the input. */
  text: string
  metadata?: Metadata | undefined
}

/** Numbers as the client returns them, in either `encoding`, or as 64-bit floats. */
export type Numbers = readonly number[] | Float32Array | Float64Array

export interface SparseValues {
  /** Unsigned 32-bit term ids. */
  indices: readonly number[] | Uint32Array
  /** One weight per index. */
  values: Numbers
}

/** A vector with its id and metadata, in the shape of Pinecone's upsert. */
export interface EmbeddedRecord {
  id: string
  /** The dense vector. */
  values?: Numbers | undefined
  sparseValues?: SparseValues | undefined
  metadata?: Metadata | undefined
}
