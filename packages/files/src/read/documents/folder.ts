import { opendir, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { InputError } from '../../input-error.js'
import { bytesOf } from '../bytes.js'
import type { Fields } from '../fields.js'
import { documentFormat } from '../input-format.js'
import { ReaderMissing } from './document-text.js'
import { type DocumentOptions, readDocument } from './read-document.js'

/** A file in a folder that is not read. */
export interface SkippedFile {
  readonly path: string
  /** `.png files are not read`, `npm install unpdf`. */
  readonly reason: string
}

export interface FolderOptions extends Pick<DocumentOptions, 'encoding' | 'passages'> {
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
  for await (const path of filesIn(folder)) {
    const format = documentFormat(path)
    if (!format) {
      skip({
        path,
        reason: extname(path)
          ? `${extname(path)} files are not read`
          : 'files without an extension are not read',
      })
      continue
    }
    const name = `${prefix}${posix(relative(folder, path))}`
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
    throw new InputError(
      { source: folder },
      `has no document that can be read, such as Markdown, text or HTML${found && `: ${found}`}`,
    )
  }
}

/** A path with forward slashes, for ids and `source` on every system. */
export function posix(path: string): string {
  return path.split(sep).join('/')
}

/** Depth first, by name. Skips names that begin with a dot, `node_modules`, and links. */
async function* filesIn(folder: string): AsyncGenerator<string, void> {
  const entries = []
  for await (const entry of await opendir(folder)) entries.push(entry)
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    if (!entry.isFile() && !entry.isDirectory()) continue
    const path = join(folder, entry.name)
    const isWanted = entry.isDirectory() || documentFormat(entry.name) !== undefined
    if (isWanted && entry.name.includes('\uFFFD')) await refuseUnreadableName(path)
    if (entry.isFile()) yield path
    else yield* filesIn(path)
  }
}

/** Node.js reads a name that is not UTF-8 with U+FFFD in it, and then finds no file of that name. */
async function refuseUnreadableName(path: string): Promise<void> {
  await stat(path).catch((cause: unknown) => {
    throw new InputError({ source: path }, 'has a name that is not UTF-8; rename it', cause)
  })
}
