import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { AppendingFile, type Checkpoint, moveIntoPlace } from '@pinecone-inference/files'
import { OutputError } from '../../ending/expected-error.js'

const LF = 0x0a

/** What a run makes. A run that resumes it must make the same. */
export interface JournalHead {
  readonly settings: Readonly<Record<string, unknown>>
  /** Null for the standard input, which cannot be read beforehand. */
  readonly input: { readonly records: number; readonly digest: string } | null
  /** The inputs, as they are called beside the output. */
  readonly from?: readonly string[]
  /** The output that this one takes the place of, by the digests of its parts. */
  readonly replaces?: readonly string[] | undefined
  /** The process that wrote it. */
  readonly writer?: string
}

/** What all vectors of an output have in common, as far as known. */
export interface VectorFacts {
  /** Numbers of each dense vector. */
  readonly dimension?: number
  /** The models that served them, whose names may differ from those requested. */
  readonly models?: readonly string[]
}

/** How far a run is. All of it is on disk when this is written. */
export interface JournalEntry {
  /** Records of the input that are done, from its start. */
  readonly read: number
  /** Digest of those records. */
  readonly digest: string
  readonly output: Checkpoint
  readonly failed: { readonly records: number; readonly bytes: number }
  /** Length of the record file. */
  readonly record: number
  /** Records whose vectors are from an earlier output or run. */
  readonly unchanged: number
  /** Records that were kept though the input no longer has them. */
  readonly left: number
  /** Tokens that the service has counted, by model. */
  readonly tokens: Readonly<Record<string, number>>
  readonly vectors?: VectorFacts
  /** Whether the files are whole and only need their final names. */
  readonly finished?: boolean
  /** Whether the input has changed, so that no run can resume this one: its vectors are kept for the next. */
  readonly superseded?: boolean
}

/** The entry after which no run resumes this one. */
export function superseding(last: JournalEntry): JournalEntry {
  return { ...last, output: { ...last.output, rowGroups: undefined }, superseded: true }
}

export interface JournalContent {
  readonly head: JournalHead
  readonly entries: readonly JournalEntry[]
}

/**
 * Reads a journal; undefined if there is none.
 *
 * @throws OutputError if the head cannot be read
 */
export async function readJournal(path: string): Promise<JournalContent | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const lines: unknown[] = []
  // What follows the last line was being written when the process was killed, or the power went.
  for (const line of text.split('\n').slice(0, -1)) {
    const value = checkedLine(line)
    if (value === undefined) break
    lines.push(value)
  }
  const [head, ...entries] = lines as [JournalHead?, ...JournalEntry[]]
  if (!head) throw new OutputError(`${path} is damaged, or of another version of this command`)
  return { head, entries }
}

/** A line of a journal: what it says, after a checksum of that. */
export function journalLine(content: object): string {
  const json = JSON.stringify(content)
  return `["${checksum(json)}",${json}]\n`
}

/** What such a line says; undefined where it is damaged. */
export function checkedLine(line: string): unknown {
  const [, sum, json = ''] = /^\["([^"]+)",(.+)\]$/s.exec(line) ?? []
  return sum === checksum(json) ? JSON.parse(json) : undefined
}

/** The lines of such a file up to the first that is damaged, and where each of them ends. None of a file that is not there. */
export async function* readCheckedLines(
  path: string,
): AsyncGenerator<{ content: unknown; end: number }, void> {
  for await (const { text, end } of linesOf(path, 0)) {
    const content = checkedLine(text)
    if (content === undefined) return
    yield { content, end }
  }
}

/** Whether an intact line follows after `start` bytes: then the damage is not merely a last line cut short. */
export async function hasIntactLine(path: string, start: number): Promise<boolean> {
  for await (const { text } of linesOf(path, start)) if (checkedLine(text) !== undefined) return true
  return false
}

async function* linesOf(path: string, start: number): AsyncGenerator<{ text: string; end: number }, void> {
  let rest = Buffer.alloc(0)
  let end = start
  try {
    // Not by node:readline, which also ends lines at U+2028, as JSON does not.
    for await (const chunk of createReadStream(path, { start }) as AsyncIterable<Buffer>) {
      rest = Buffer.concat([rest, chunk])
      for (let at = rest.indexOf(LF); at >= 0; at = rest.indexOf(LF)) {
        end += at + 1
        yield { text: rest.toString('utf8', 0, at), end }
        rest = rest.subarray(at + 1)
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** The first setting in which two runs differ, with both values; undefined where they are the same. */
export function differingSetting(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const [a, b] = [before[name], now[name]].map((value) => JSON.stringify(value))
    if (a !== b) return `${name} (${a ?? 'none'}, now ${b ?? 'none'})`
  }
  return undefined
}

function checksum(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, 8)
}

/** Records on disk how far a run is, one line per checkpoint. */
export class Journal {
  readonly #path: string
  readonly #file: AppendingFile
  /** The first line, which no other process writes. */
  readonly #first: Buffer

  private constructor(path: string, file: AppendingFile, first: Buffer) {
    this.#path = path
    this.#file = file
    this.#first = first
  }

  /** Begins a journal, or takes one over, atomically: another process that writes to it finds that it has lost it. */
  static async open(path: string, { head, entries }: JournalContent): Promise<Journal> {
    const first = Buffer.from(journalLine({ ...head, writer: randomUUID() }))
    const content = Buffer.concat([first, ...entries.map((entry) => Buffer.from(journalLine(entry)))])
    const unfinished = `${path}.new`
    const file = await AppendingFile.open(unfinished, 0)
    try {
      await file.append(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await moveIntoPlace(unfinished, path)
    return new Journal(path, await AppendingFile.open(path, content.length), first)
  }

  /** @throws OutputError where another process has taken it over, or it is gone */
  async write(entry: JournalEntry): Promise<void> {
    await this.#refuseIfLost()
    await this.#file.append(Buffer.from(journalLine(entry)))
    await this.#file.sync()
  }

  async #refuseIfLost(): Promise<void> {
    if (await this.isOurs()) return
    throw new OutputError(
      `${this.#path} is no longer this run's: another process has resumed it, or it was moved or deleted. ` +
        'Let that process finish, or run the same command again.',
    )
  }

  async isOurs(): Promise<boolean> {
    const file = await open(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (!file) return false
    try {
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(this.#first.length),
        0,
        this.#first.length,
        0,
      )
      return this.#first.equals(buffer.subarray(0, bytesRead))
    } finally {
      await file.close()
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
