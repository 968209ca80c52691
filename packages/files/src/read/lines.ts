import { isUtf8 } from 'node:buffer'
import { InputError } from '../input-error.js'
import { LARGEST_RECORD } from './bytes.js'
import { notUtf8 } from './encoding.js'

const LF = 0x0a
const CR = 0x0d

/**
 * The lines of a stream of bytes, numbered from 1, without their LF or CRLF. Only these end a line: U+2028, which
 * `node:readline` splits at, may stand in a JSON string.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<{ line: number; text: string }, void> {
  let pieces: Uint8Array[] = []
  let length = 0
  let line = 1

  const keep = (piece: Uint8Array) => {
    length += piece.length
    if (length > LARGEST_RECORD) {
      throw new InputError(
        { source, line },
        `is longer than ${LARGEST_RECORD} bytes; is this a file of lines?`,
      )
    }
    pieces.push(piece)
  }
  const take = async () => {
    const bytes = Buffer.concat(pieces, length)
    if (!isUtf8(bytes)) throw await notUtf8({ source, line }, bytes)
    pieces = []
    length = 0
    const text = bytes.toString('utf8', 0, bytes.at(-1) === CR ? bytes.length - 1 : bytes.length)
    return { text: line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text, line: line++ }
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      keep(chunk.subarray(start, end))
      yield await take()
      start = end + 1
    }
    if (start < chunk.length) keep(chunk.subarray(start))
  }
  if (length > 0) yield await take()
}
