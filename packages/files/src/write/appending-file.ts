import { type FileHandle, open } from 'node:fs/promises'

/** A file that grows at its end, from a length that is known to be good. */
export class AppendingFile {
  readonly #handle: FileHandle
  #length: number

  private constructor(handle: FileHandle, length: number) {
    this.#handle = handle
    this.#length = length
  }

  /** Opens a file, or makes it, and cuts it to the given length. */
  static async open(path: string, length: number): Promise<AppendingFile> {
    const handle = await open(path, length === 0 ? 'w' : 'r+')
    try {
      const { size } = await handle.stat()
      if (size < length)
        throw new Error(`${path} has ${size} bytes, fewer than the ${length} that were written`)
      await handle.truncate(length)
      return new AppendingFile(handle, length)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  get length(): number {
    return this.#length
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at, this.#length)
      at += bytesWritten
      this.#length += bytesWritten
    }
  }

  /** Waits until the disk has it. */
  sync(): Promise<void> {
    return this.#handle.datasync()
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}
