import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as zlib from 'node:zlib'
import { InputError } from '../input-error.js'
import { isStandardInput } from './input-format.js'

type Chunks = AsyncIterable<Uint8Array>

/**
 * Most bytes of a line, a row or a text file. The service accepts 2 MB in a request, so anything longer is not a record but
 * a file of another kind, or a quote that is not closed.
 */
export const LARGEST_RECORD = 64 * 1024 * 1024

/** The bytes of a file or of the standard input; gzip and Zstandard are decompressed. */
export function bytesOf(input: string): Chunks {
  return decompressed(isStandardInput(input) ? process.stdin : createReadStream(input), nameOf(input))
}

/** The name of an input in errors. */
export function nameOf(input: string): string {
  return isStandardInput(input) ? 'standard input' : input
}

/** Reads the first bytes, at least `length` if there are as many, and returns them and a stream that still has them all. */
export async function peek(chunks: Chunks, length: number): Promise<{ start: Buffer; all: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const taken: Uint8Array[] = []
  let size = 0
  while (size < length) {
    const { done, value } = await iterator.next()
    if (done) break
    taken.push(value)
    size += value.length
  }
  async function* all() {
    try {
      yield* taken
      for (;;) {
        const { done, value } = await iterator.next()
        if (done) return
        yield value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { start: Buffer.concat(taken), all: all() }
}

const GZIP = Buffer.from([0x1f, 0x8b])
/** RFC 8878, 3.1.1 */
const ZSTANDARD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

async function* decompressed(chunks: Chunks, source: string): AsyncGenerator<Uint8Array, void> {
  const { start, all } = await peek(chunks, ZSTANDARD.length)
  const startsWith = (magic: Buffer) => magic.equals(start.subarray(0, magic.length))
  try {
    if (startsWith(GZIP)) yield* through(all, zlib.createGunzip())
    else if (startsWith(ZSTANDARD)) yield* unzstd(all)
    else yield* all
  } catch (error) {
    if (!startsWith(GZIP) && !startsWith(ZSTANDARD)) throw error
    const kind = startsWith(GZIP) ? 'gzip' : 'Zstandard'
    const reason = error instanceof Error ? error.message : error
    throw new InputError({ source }, `is damaged or cut short (${kind}): ${reason}`, error)
  }
}

async function* through(chunks: Chunks, transform: Transform): AsyncGenerator<Uint8Array, void> {
  // The loop fails with the same error.
  pipeline(Readable.from(chunks), transform).catch(() => {})
  yield* transform
}

/** With fzstd in every version of Node.js: the decoder of Node.js 22 accepts a truncated file as a whole one. */
async function* unzstd(chunks: Chunks): AsyncGenerator<Uint8Array, void> {
  const { Decompress } = await import('fzstd')
  const ready: Uint8Array[] = []
  const stream = new Decompress((chunk) => ready.push(chunk))
  for await (const chunk of chunks) {
    stream.push(chunk)
    yield* ready.splice(0)
  }
  stream.push(new Uint8Array(), true)
  yield* ready.splice(0)
}

/** Copies the bytes to a temporary file, for formats that are not read from start to end. */
export async function spooled(
  chunks: Chunks,
): Promise<{ path: string; [Symbol.asyncDispose](): Promise<void> }> {
  const path = join(tmpdir(), `pinecone-inference-${randomUUID()}`)
  const remove = () => rm(path, { force: true })
  try {
    await pipeline(chunks, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  } catch (error) {
    await remove()
    throw error
  }
  return { path, [Symbol.asyncDispose]: remove }
}
