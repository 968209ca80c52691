import type * as Zlib from 'node:zlib'
import type { Receiver } from './exchange.js'

type Headers = Readonly<Record<string, string | string[] | undefined>>
type Decoder = Zlib.Gunzip | Zlib.Inflate | Zlib.BrotliDecompress

/** What every `fetch` decodes (https://fetch.spec.whatwg.org/#handle-content-codings, RFC 9110, 8.4.1). */
const KNOWN_CODINGS = new Set(['gzip', 'x-gzip', 'deflate', 'br'])

/** An answer's `Content-Encoding`, if any. */
function contentCoding(headers: Headers): string | undefined {
  const value = String(headers['content-encoding'] ?? '')
    .trim()
    .toLowerCase()
  return value === '' || value === 'identity' ? undefined : value
}

/** A content coding that none of the client's transports can decode: `zstd`, or two at once. */
export function unknownCoding(headers: Headers): string | undefined {
  const coding = contentCoding(headers)
  return coding !== undefined && KNOWN_CODINGS.has(coding) ? undefined : coding
}

/** Wraps a receiver: it gets the answer's bytes without their content coding. */
export function decoded(receiver: Receiver): Receiver {
  let coding: string | undefined
  let decoder: Decoder | undefined
  return {
    onHead(status, headers) {
      coding = contentCoding(headers)
      receiver.onHead(status, headers)
    },
    onData(chunk) {
      if (coding === undefined) return receiver.onData(chunk)
      decoder ??= decoderInto(receiver, coding, chunk)
      if (decoder) decoder.write(chunk)
      else receiver.onData(chunk)
    },
    onEnd() {
      if (decoder) decoder.end()
      else receiver.onEnd()
    },
    onFailure(cause) {
      decoder?.destroy()
      receiver.onFailure(cause)
    },
  }
}

function decoderInto(receiver: Receiver, coding: string, firstChunk: Uint8Array): Decoder | undefined {
  const decoder = decoderFor(coding, firstChunk)
  return decoder
    ?.on('data', (bytes: Uint8Array) => receiver.onData(bytes))
    .on('end', () => receiver.onEnd())
    .on('error', (cause) => receiver.onFailure(cause))
}

function decoderFor(coding: string, firstChunk: Uint8Array): Decoder | undefined {
  if (!KNOWN_CODINGS.has(coding)) return undefined
  // Not imported, because bundlers for browsers cannot resolve it. This serves undici, which exists only where Node
  // does.
  const zlib = process.getBuiltinModule('node:zlib')
  if (coding === 'br') return zlib.createBrotliDecompress()
  if (coding !== 'deflate') return zlib.createGunzip()
  // Some servers send deflate without zlib's wrapper (RFC 9110, 8.4.1.2), whose first byte ends in 8 (RFC 1950, 2.2).
  const isWrapped = ((firstChunk[0] ?? 0) & 0x0f) === 8
  return isWrapped ? zlib.createInflate() : zlib.createInflateRaw()
}
