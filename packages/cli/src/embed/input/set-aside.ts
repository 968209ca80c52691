import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { BadRecord, SkippedFile } from '@pinecone-inference/files'
import { counted, countRecords } from '../report/report.js'

/** Records reported one by one; any more are only counted. */
const TOLD = 20

/**
 * Files and records of the input that are not embedded. The input is read more than once; each is reported once, on the
 * terminal, and each record with its content in a file.
 */
export class SetAside {
  readonly #files = new Map<string, string>()
  readonly #records = new Set<string>()
  /** How many of those are whole files. */
  #unreadable = 0
  readonly #say: (message: string) => void
  /** The file for the records; undefined where they are only reported. */
  readonly #path: string | undefined

  constructor(say: (message: string) => void, path?: string) {
    this.#say = say
    this.#path = path
  }

  get records(): number {
    return this.#records.size
  }

  file({ path, reason }: SkippedFile): void {
    this.#files.set(path, reason)
  }

  record({ error, values }: BadRecord): void {
    if (this.#records.has(error.message)) return
    if (this.#path !== undefined) {
      const line = JSON.stringify({ error: error.message, record: values }, exactly)
      const isFirst = this.#records.size === 0
      if (isFirst) mkdirSync(dirname(this.#path), { recursive: true })
      writeFileSync(this.#path, `${line}\n`, { flag: isFirst ? 'w' : 'a' })
    }
    this.#records.add(error.message)
    if (error.line === undefined) this.#unreadable++
    if (this.#records.size <= TOLD) this.#say(`set aside: ${error.message}`)
  }

  tell(): void {
    const reasons = new Map<string, number>()
    for (const reason of this.#files.values()) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    const list = [...reasons].map(([reason, count]) => `${count} (${reason})`).join(', ')
    if (list) this.#say(`Files not read: ${list}.`)
    const { size } = this.#records
    if (size === 0) {
      // an earlier run wrote it
      if (this.#path !== undefined) rmSync(this.#path, { force: true })
      return
    }
    const where = this.#path === undefined ? '' : `; the reasons are in ${this.#path}`
    const records = size - this.#unreadable
    const what = [
      ...(records > 0 ? [countRecords(records)] : []),
      ...(this.#unreadable > 0 ? [counted(this.#unreadable, 'file')] : []),
    ]
    this.#say(`${what.join(' and ')} ${size === 1 ? 'was' : 'were'} set aside${where}.`)
  }
}

/** As strings the integers that JSON's doubles would round. */
function exactly(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
