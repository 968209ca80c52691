import { isUtf8 } from 'node:buffer'
import { InputError } from '../input-error.js'
import { LARGEST_RECORD } from './bytes.js'
import { notUtf8 } from './encoding.js'

const LF = 0x0a
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])
const ARRAY = 0x5b
const ARRAY_END = 0x5d
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d])
const BYTE_ORDER_MARK = new Set([0xef, 0xbb, 0xbf])

/**
 * The items of a JSON array, or JSON values one after another, as text with the line they begin in. Holds one at a time,
 * and leaves it to the caller to parse it.
 */
export async function* jsonValuesOf(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<{ line: number; text: string }, void> {
  let line = 1
  /** Whether the values are an array's items; `ended` after its end. */
  let array: 'none' | 'open' | 'ended' | undefined
  let pieces: Uint8Array[] = []
  let length = 0
  let depth = 0
  let isString = false
  let isEscaped = false
  /** The line that the value begins in, 0 between values. */
  let begin = 0

  const keep = (piece: Uint8Array) => {
    length += piece.length
    if (length > LARGEST_RECORD) {
      throw new InputError({ source, line: begin }, `is longer than ${LARGEST_RECORD} bytes; is this JSON?`)
    }
    pieces.push(piece)
  }
  const take = async () => {
    const bytes = Buffer.concat(pieces, length)
    if (!isUtf8(bytes)) throw await notUtf8({ source, line: begin }, bytes)
    const value = { line: begin, text: bytes.toString('utf8') }
    pieces = []
    length = 0
    begin = 0
    return value
  }

  for await (const chunk of chunks) {
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (byte === LF) line++
      if (isString) {
        if (isEscaped) isEscaped = false
        else if (byte === BACKSLASH) isEscaped = true
        else if (byte === QUOTE) isString = false
        continue
      }
      if (begin === 0) {
        if (SPACE.has(byte) || (array === undefined && BYTE_ORDER_MARK.has(byte))) continue
        if (array === undefined) {
          array = byte === ARRAY ? 'open' : 'none'
          if (array === 'open') continue
        }
        if (array === 'open' && byte === COMMA) continue
        if (array === 'open' && byte === ARRAY_END) {
          array = 'ended'
          continue
        }
        if (array === 'ended')
          throw new InputError({ source, line }, 'has more after the end of its JSON array')
        begin = line
        start = at
      }
      const endsScalar = depth === 0 && (SPACE.has(byte) || byte === COMMA || byte === ARRAY_END)
      if (endsScalar) {
        keep(chunk.subarray(start, at))
        yield await take()
        if (byte === ARRAY_END) array = 'ended'
        continue
      }
      if (byte === QUOTE) isString = true
      else if (OPENING.has(byte)) depth++
      else if (CLOSING.has(byte) && --depth === 0) {
        keep(chunk.subarray(start, at + 1))
        yield await take()
      }
    }
    if (begin !== 0) keep(chunk.subarray(start))
  }
  if (begin !== 0 && depth > 0)
    throw new InputError({ source, line: begin }, 'is not JSON: it ends inside a value')
  if (begin !== 0) yield await take()
  if (array === 'open') throw new InputError({ source, line }, 'ends inside its JSON array')
}
