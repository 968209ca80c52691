import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet'
import { type LongDecimal, numberOrLong } from './long-decimal.js'

/**
 * A schema by which hyparquet returns some values as they are stored, and how to decode them: decimals, which it rounds to
 * doubles, times of day, which it returns without their unit, and intervals, which it does not read.
 */
export interface StoredValues {
  readonly metadata: FileMetaData
  /**
   * Replaces stored values: a decimal by a bigint, or, if it has decimal places, by a number or a `LongDecimal`; a time of
   * day by `23:59:59.123456`; an interval by `P1M2DT0.003S`.
   */
  readonly decode: (values: Record<string, unknown>) => void
}

/** For top-level columns; values in lists and structs stay as hyparquet returns them. */
export function storedValues(metadata: FileMetaData, { children }: SchemaTree): StoredValues {
  const elements = children
    .filter(({ element, children }) => children.length === 0 && element.repetition_type !== 'REPEATED')
    .map(({ element }) => element)
    .filter((element) => isDecimal(element) || isInterval(element) || unitOfTime(element))
  if (elements.length === 0) return { metadata, decode() {} }
  return {
    metadata: {
      ...metadata,
      schema: metadata.schema.map((element) => (elements.includes(element) ? asStored(element) : element)),
    },
    decode(values) {
      for (const element of elements) {
        const stored = values[element.name]
        if (stored === undefined || stored === null) continue
        const unit = unitOfTime(element)
        if (unit) values[element.name] = timeOfDay(stored, unit)
        else if (isInterval(element)) values[element.name] = interval(stored)
        else values[element.name] = decimal(stored, element.scale ?? 0)
      }
    },
  }
}

function isDecimal({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL'
}

function isInterval({ converted_type }: SchemaElement): boolean {
  return converted_type === 'INTERVAL'
}

/** How many units of a time of day make a second. */
function unitOfTime({ converted_type, logical_type }: SchemaElement): number | undefined {
  if (logical_type?.type === 'TIME') return { MILLIS: 1e3, MICROS: 1e6, NANOS: 1e9 }[logical_type.unit]
  if (converted_type === 'TIME_MILLIS') return 1e3
  return converted_type === 'TIME_MICROS' ? 1e6 : undefined
}

function asStored({ converted_type, logical_type, type, ...element }: SchemaElement): SchemaElement {
  // hyparquet would read a BYTE_ARRAY as text.
  return { ...element, ...(type && { type: type === 'BYTE_ARRAY' ? 'FIXED_LEN_BYTE_ARRAY' : type }) }
}

function decimal(stored: unknown, scale: number): bigint | number | LongDecimal {
  const unscaled = stored instanceof Uint8Array ? bigEndian(stored) : BigInt(stored as bigint | number)
  return scale === 0 ? unscaled : numberOrLong(unscaled, scale)
}

function bigEndian(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex || '0'}`))
}

function timeOfDay(stored: unknown, unit: number): string {
  const units = BigInt(stored as bigint | number)
  const seconds = units / BigInt(unit)
  const fraction = String(units % BigInt(unit)).padStart(String(unit).length - 1, '0')
  const parts = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map((part) =>
    String(part).padStart(2, '0'),
  )
  return `${parts.join(':')}.${fraction}`
}

/** Months, days and milliseconds, as ISO 8601 writes a duration. */
function interval(stored: unknown): unknown {
  if (!(stored instanceof Uint8Array) || stored.length !== 12) return stored
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length)
  const [months, days, millis] = [0, 4, 8].map((at) => view.getUint32(at, true))
  return `P${months}M${days}DT${(millis ?? 0) / 1000}S`
}
