import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet'

/** A file whose decimals hyparquet, which rounds them to doubles, is to give as they are stored; and what they are. */
export interface StoredDecimals {
  readonly metadata: FileMetaData
  /** The value of each decimal of a row in place of what is stored: a bigint, or a number where there are decimal places. */
  readonly decode: (values: Record<string, unknown>) => void
}

/** Of the columns themselves; the decimals in lists and structs stay hyparquet's. */
export function storedDecimals(metadata: FileMetaData, { children }: SchemaTree): StoredDecimals {
  const elements = children
    .filter(({ element, children }) => children.length === 0 && element.repetition_type !== 'REPEATED')
    .map(({ element }) => element)
    .filter(isDecimal)
  if (elements.length === 0) return { metadata, decode() {} }
  return {
    metadata: {
      ...metadata,
      schema: metadata.schema.map((element) => (elements.includes(element) ? asStored(element) : element)),
    },
    decode(values) {
      for (const { name, scale = 0 } of elements) {
        const stored = values[name]
        if (stored !== undefined && stored !== null) values[name] = decimal(stored, scale)
      }
    },
  }
}

function isDecimal({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL'
}

function asStored({ converted_type, logical_type, type, ...element }: SchemaElement): SchemaElement {
  // by its own name, hyparquet would take it for a text
  return { ...element, ...(type && { type: type === 'BYTE_ARRAY' ? 'FIXED_LEN_BYTE_ARRAY' : type }) }
}

function decimal(stored: unknown, scale: number): bigint | number {
  const digits = stored instanceof Uint8Array ? bigEndian(stored) : BigInt(stored as bigint | number)
  return scale === 0 ? digits : Number(`${digits}e-${scale}`)
}

function bigEndian(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex || '0'}`))
}
