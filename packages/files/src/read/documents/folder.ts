import type { Dirent } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { NoRecordsError } from '../../input-error.js'
import { bytesOf } from '../bytes.js'
import type { Fields } from '../fields.js'
import { documentFormat } from '../input-format.js'
import { ReaderMissing } from './document-text.js'
import { type DocumentOptions, notReadable, readDocument } from './read-document.js'

/** A file in a folder that is not read. */
export interface SkippedFile {
  readonly path: string
  /** `.png files are not read`, `npm install unpdf`. */
  readonly reason: string
}

export interface FolderOptions extends Pick<DocumentOptions, 'encoding' | 'passages' | 'onEmptyDocument'> {
  /** Prefix of the files' names. */
  readonly prefix: string
  readonly onSkippedFile?: ((file: SkippedFile) => void) | undefined
}

/** The passages of every document under a folder, in the order of the files' names. */
export async function* readFolder(
  folder: string,
  { prefix, onSkippedFile, ...options }: FolderOptions,
): AsyncGenerator<Fields, void> {
  let read = 0
  const reasons = new Map<string, number>()
  const skip = (file: SkippedFile) => {
    reasons.set(file.reason, (reasons.get(file.reason) ?? 0) + 1)
    onSkippedFile?.(file)
  }
  for await (const { path, kind, cause } of filesIn(folder)) {
    const format = documentFormat(path)
    const name = `${prefix}${posix(relative(folder, path))}`
    if (cause !== undefined) {
      yield notReadable(path, name, cause)
      continue
    }
    if (kind !== 'file' || !format) {
      skip({ path, reason: `${kind === 'file' ? filesLike(path) : kind} are not read` })
      continue
    }
    try {
      yield* readDocument(bytesOf(path), path, { ...options, format, name })
      read++
    } catch (error) {
      if (!(error instanceof ReaderMissing)) throw error
      skip({ path, reason: error.install })
    }
  }
  if (read === 0) {
    const found = [...reasons].map(([reason, count]) => `${count} × ${reason}`).join(', ')
    throw new NoRecordsError(
      { source: folder },
      `has no document that can be read, such as Markdown, text or HTML${found && `: ${found}`}`,
    )
  }
}

/** A path with forward slashes, for ids and `source` on every system. */
export function posix(path: string): string {
  return path.split(sep).join('/')
}

/** What is in a folder. */
interface Entry {
  readonly path: string
  readonly kind: 'file' | 'folder' | 'links' | 'pipes, sockets and devices'
  /** Why it cannot be read. */
  readonly cause?: unknown
}

/** Depth first, by name. Passes over names that begin with a dot, and `node_modules`. */
async function* filesIn(folder: string): AsyncGenerator<Entry, void> {
  const entries = []
  for await (const entry of await opendir(folder)) entries.push(entry)
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    const path = join(folder, entry.name)
    const kind = kindOf(entry)
    try {
      // Node.js reads a name that is not UTF-8 with U+FFFD in it, and then finds nothing of that name.
      if (documentFormat(path) && entry.name.includes('\uFFFD')) await stat(path)
      if (kind === 'folder') yield* filesIn(path)
      else yield { path, kind }
    } catch (cause) {
      yield { path, kind, cause }
    }
  }
}

function kindOf(entry: Dirent): Entry['kind'] {
  if (entry.isDirectory()) return 'folder'
  if (entry.isFile()) return 'file'
  return entry.isSymbolicLink() ? 'links' : 'pipes, sockets and devices'
}

function filesLike(path: string): string {
  return extname(path) ? `${extname(path)} files` : 'files without an extension'
}
