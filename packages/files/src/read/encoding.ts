import { InputError } from '../input-error.js'
import { peek } from './bytes.js'

type Chunks = AsyncIterable<Uint8Array>

/** Byte order marks. */
const UTF_32_MARKS = [Buffer.from([0xff, 0xfe, 0, 0]), Buffer.from([0, 0, 0xfe, 0xff])]

/**
 * The bytes of a text as UTF-8. UTF-16, which Excel writes as "Unicode Text" and Windows PowerShell with `>`, is detected
 * by its byte order mark, or by the zeros between the letters; any other encoding must be named.
 */
export async function* utf8(
  chunks: Chunks,
  source: string,
  encoding?: string,
): AsyncGenerator<Uint8Array, void> {
  if (encoding !== undefined) {
    yield* isUtf8Label(encoding, source) ? chunks : decoded(chunks, source, encoding)
    return
  }
  const { start, all } = await peek(chunks, 4)
  if (UTF_32_MARKS.some((mark) => mark.equals(start.subarray(0, mark.length)))) {
    throw new InputError({ source }, 'is UTF-32, which is not read; save it as UTF-8')
  }
  const utf16 = utf16Of(start)
  yield* utf16 ? decoded(all, source, utf16) : all
}

function utf16Of(start: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const [a = 1, b = 1, c = 1, d = 1] = start
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le'
  return a === 0 && b !== 0 && c === 0 && d !== 0 ? 'utf-16be' : undefined
}

function isUtf8Label(label: string, source: string): boolean {
  return decoderOf(label, source).encoding === 'utf-8'
}

async function* decoded(chunks: Chunks, source: string, encoding: string): AsyncGenerator<Uint8Array, void> {
  const decoder = decoderOf(encoding, source)
  try {
    for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
    yield Buffer.from(decoder.decode())
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new InputError({ source }, `is not ${encoding}`, error)
  }
}

function decoderOf(encoding: string, source: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch (cause) {
    throw new InputError({ source }, `cannot be read as ${JSON.stringify(encoding)}: no such encoding`, cause)
  }
}

/** The error for bytes that are not UTF-8, with a guess at their encoding. */
export async function notUtf8(
  place: { source: string; line?: number },
  bytes: Uint8Array,
  cause?: unknown,
): Promise<InputError> {
  const { detect } = await import('chardet')
  const guess = detect(bytes)
  const perhaps = guess && guess !== 'UTF-8' ? `, perhaps ${guess}` : ''
  return new InputError(
    place,
    `is not UTF-8${perhaps}; name its encoding (--encoding), or save it as UTF-8`,
    cause,
  )
}
