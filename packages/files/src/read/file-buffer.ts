import type { AsyncBuffer } from 'hyparquet'

/** Node.js aborts the process on a read of 2 GiB or more: `Assertion failed: args[3]->IsInt32()`. */
const LONGEST_READ = 2 ** 30

/** `read` of a `FileHandle`. */
type Read = (
  bytes: Uint8Array,
  at: number,
  length: number,
  position: number,
) => Promise<{ bytesRead: number }>

/** A file of known size as hyparquet's `AsyncBuffer`. */
export function fileBuffer(handle: { read: Read }, size: number): AsyncBuffer {
  return {
    byteLength: size,
    async slice(start, end = size) {
      const from = start < 0 ? size + start : start
      const bytes = new Uint8Array(Math.min(end, size) - from)
      for (let at = 0; at < bytes.length; ) {
        const length = Math.min(bytes.length - at, LONGEST_READ)
        const { bytesRead } = await handle.read(bytes, at, length, from + at)
        if (bytesRead === 0) throw new Error('the file became shorter while it was read')
        at += bytesRead
      }
      return bytes.buffer
    },
  }
}
