import { fsync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** A file that is only appended to, after a length that is known to be good. */
export class AppendingFile {
  readonly #path: string
  readonly #handle: FileHandle
  #length: number
  /** Once set, the state of the file's end is unknown. */
  #failure: Error | undefined

  private constructor(path: string, handle: FileHandle, length: number) {
    this.#path = path
    this.#handle = handle
    this.#length = length
  }

  /** Opens or creates a file, and truncates it to the given length. */
  static async open(path: string, length: number): Promise<AppendingFile> {
    const handle = await open(path, length === 0 ? 'w' : 'r+')
    try {
      const { size } = await handle.stat()
      if (size < length)
        throw new Error(`${path} has ${size} bytes, fewer than the ${length} written earlier`)
      await handle.truncate(length)
      return new AppendingFile(path, handle, length)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  get length(): number {
    return this.#length
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#unlessFailed(async () => {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at, this.#length)
        at += bytesWritten
        this.#length += bytesWritten
      }
    })
  }

  /** Waits until everything appended is on disk. */
  sync(): Promise<void> {
    return this.#unlessFailed(() => syncHandle(this.#handle))
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  /** Later writes cannot repair a lost one, so all calls after a failure fail with the same error. */
  async #unlessFailed(action: () => Promise<void>): Promise<void> {
    if (this.#failure) throw this.#failure
    try {
      await action()
    } catch (cause) {
      this.#failure = writeError(this.#path, cause)
      throw this.#failure
    }
  }
}

/**
 * Under Yarn's Plug'n'Play a FileHandle is emulated, and its `sync` and `datasync` only throw "Method not implemented"
 * (yarnpkg/berry, packages/yarnpkg-fslib/sources/patchFs/FileHandle.ts); the descriptor is real.
 */
export async function syncHandle(handle: FileHandle): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    fsync(handle.fd, (error) => (error ? reject(error) : resolve()))
  })
}

/** Adds the path to the system's error. */
function writeError(path: string, cause: unknown): Error {
  const { code, syscall, message } = cause as NodeJS.ErrnoException
  return Object.assign(new Error(`${path} cannot be written: ${message}`, { cause }), { code, syscall, path })
}
