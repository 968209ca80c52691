import { isUtf8 } from 'node:buffer'
import { opendir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { InputError } from '../input-error.js'
import { splitIntoPassages } from '../passages/split-into-passages.js'
import type { Fields } from './fields.js'
import { LARGEST_RECORD } from './largest-record.js'

const MARKDOWN = new Set(['.md', '.markdown'])
const TEXT = new Set([...MARKDOWN, '.txt'])

/** The passages of every Markdown and text file under a folder, in the order of the files' names. */
export async function* readFolder(folder: string): AsyncGenerator<Fields, void> {
  let files = 0
  for await (const path of textFilesIn(folder)) {
    files++
    yield* readTextFile(path, relative(folder, path).split(sep).join('/'))
  }
  if (files === 0) {
    throw new InputError({ source: folder }, `has no file with the extension ${[...TEXT].join(', ')}`)
  }
}

/** The passages of one file: `name#1`, `name#2` and so on. */
export async function* readTextFile(path: string, name: string): AsyncGenerator<Fields, void> {
  const { size } = await stat(path)
  if (size > LARGEST_RECORD) {
    throw new InputError(
      { source: path },
      `has ${size} bytes; a text file may have ${LARGEST_RECORD}: split it`,
    )
  }
  const bytes = await readFile(path)
  if (!isUtf8(bytes)) throw new InputError({ source: path }, 'is not UTF-8')
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
  const passages = await splitIntoPassages(
    text,
    MARKDOWN.has(extname(path).toLowerCase()) ? 'markdown' : 'plain',
  )
  // ids are ASCII, names need not be; the percent sign too, so that no two names make one id
  const idOfFile = name.replace(/%|\P{ASCII}+/gu, encodeURIComponent)
  for (const [i, passage] of passages.entries()) {
    const values = { id: `${idOfFile}#${i + 1}`, text: passage.text, source: name, line: passage.line }
    yield { values, refuse: (problem) => new InputError({ source: path, line: passage.line }, problem) }
  }
}

/** Depth first, by name; names that begin with a dot and `node_modules` are passed over, links are not followed. */
async function* textFilesIn(folder: string): AsyncGenerator<string, void> {
  const entries = []
  for await (const entry of await opendir(folder)) entries.push(entry)
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    const isText = entry.isFile() && TEXT.has(extname(entry.name).toLowerCase())
    if (!isText && !entry.isDirectory()) continue
    const path = join(folder, entry.name)
    if (entry.name.includes('\uFFFD')) await refuseUnreadableName(path)
    if (isText) yield path
    else yield* textFilesIn(path)
  }
}

/** Node.js reads what is not UTF-8 in a name as U+FFFD, and then finds no file of that name. */
async function refuseUnreadableName(path: string): Promise<void> {
  await stat(path).catch((cause: unknown) => {
    throw new InputError({ source: path }, 'has a name that is not UTF-8; rename it', cause)
  })
}
