import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EmbeddedRecord, TextRecord } from '@pinecone-inference/files'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Cleanup } from '../embed/output/cleanup.js'
import { IndexOutput } from './index-output.js'
import { Ledger } from './ledger.js'
import type { OpenIndex } from './open-index.js'

const KILLED = new Error('killed here')

/** An index whose process can be killed after it has acknowledged a request. */
class Index implements OpenIndex {
  readonly name = 'docs'
  readonly host = 'docs.example'
  readonly shape = { dense: undefined, ownModel: undefined }
  readonly texts = new Map<string, unknown>()
  killsAfter: 'upsert' | 'delete' | undefined

  async upsert(records: readonly EmbeddedRecord[]) {
    for (const { id, metadata } of records) this.texts.set(id, metadata?.text)
    if (this.killsAfter === 'upsert') throw KILLED
  }

  async delete(ids: readonly string[]) {
    for (const id of ids) this.texts.delete(id)
    if (this.killsAfter === 'delete') throw KILLED
  }

  async vectors() {
    return new Map()
  }
}

interface Run {
  readonly from?: readonly string[]
  readonly cleanup?: Cleanup
  readonly emptied?: readonly string[]
}

let index: Index
let path: string
beforeEach(async () => {
  index = new Index()
  const folder = await mkdtemp(join(tmpdir(), 'upsert-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  path = join(folder, 'docs.upserted.jsonl')
})

/** Brings the index up to date with some texts; returns what was embedded, deleted and left. */
async function runOver(texts: Record<string, string>, run: Run = {}) {
  const { from = ['docs'], cleanup = 'incremental', emptied = [] } = run
  const ledger = await Ledger.read(path, from, { '--model': 'm' })
  const output = new IndexOutput({
    index,
    ledger,
    cleanup,
    emptied: new Set(emptied),
    isPartial: () => false,
    concurrency: 2,
    failedOutput: `${path}.failed`,
  })
  const embedded: string[] = []
  try {
    for (const [id, text] of Object.entries(texts)) {
      const record: TextRecord = { id, text, metadata: { text } }
      if (text === '') await output.append({ record, failure: new Error('the text is empty') })
      else if (output.has(record)) await output.append({ record, unchanged: true })
      else {
        embedded.push(id)
        const vector: EmbeddedRecord = { id, values: [text.length], metadata: { text } }
        await output.append({ record, embedded: vector, served: ['m'] })
      }
    }
    await output.finish({ read: embedded.length, digest: '', tokens: {} })
  } finally {
    await output.close()
    index.killsAfter = undefined
  }
  return { embedded, deleted: output.deleted, gone: output.gone }
}

describe('after a kill between the response of the index and the record of it', () => {
  it('records are embedded again if they are still wanted, and deleted if not', async () => {
    index.killsAfter = 'upsert'
    await expect(runOver({ 'a#1': 'one', 'a#2': 'two', 'b#1': 'three' })).rejects.toBe(KILLED)
    expect([...index.texts.keys()]).toEqual(['a#1', 'a#2', 'b#1'])
    expect(await runOver({ 'a#1': 'one' })).toEqual({ embedded: ['a#1'], deleted: 1, gone: ['b#1'] })
    expect(Object.fromEntries(index.texts)).toEqual({ 'a#1': 'one', 'b#1': 'three' })
    expect((await runOver({ 'a#1': 'one' }, { cleanup: 'full' })).deleted).toBe(1)
    expect([...index.texts.keys()]).toEqual(['a#1'])
  })

  it('a changed record is not taken for the one before', async () => {
    await runOver({ 'a#1': 'one' })
    index.killsAfter = 'upsert'
    await expect(runOver({ 'a#1': 'other' })).rejects.toBe(KILLED)
    expect((await runOver({ 'a#1': 'one' })).embedded).toEqual(['a#1'])
    expect(index.texts.get('a#1')).toBe('one')
  })

  it('a deleted record that comes back is upserted', async () => {
    const both = { 'a#1': 'one', 'a#2': 'two' }
    await runOver(both)
    index.killsAfter = 'delete'
    await expect(runOver({ 'a#1': 'one' })).rejects.toBe(KILLED)
    expect((await runOver(both)).embedded).toEqual(['a#2'])
    expect(Object.fromEntries(index.texts)).toEqual(both)
  })
})

describe('a document without text', () => {
  it.each([
    ['incremental', 2, []],
    ['none', 0, ['a#1', 'a#2']],
  ] as const)('loses its passages, unless nothing is to be deleted: %s', async (cleanup, deleted, gone) => {
    await runOver({ 'a#1': 'one', 'a#2': 'two', 'b#1': 'three' })
    const after = await runOver({ 'b#1': 'three' }, { cleanup, emptied: ['a'] })
    expect(after).toEqual({ embedded: [], deleted, gone })
  })

  it('is also a record, with all its passages', async () => {
    await runOver({ a: 'one', 'b#1': 'two', 'b#2': 'three', c: 'four' })
    expect((await runOver({ a: '', 'b#1': '', c: 'four' })).deleted).toBe(3)
    expect([...index.texts.keys()]).toEqual(['c'])
  })
})

describe('another input', () => {
  it('replaces and deletes no record of the first', async () => {
    await runOver({ 'index.md#1': 'one', 'index.md#2': 'two' })
    const blog = runOver({ 'index.md#1': 'hello' }, { from: ['blog'] })
    await expect(blog).rejects.toThrow(
      `"index.md#1" of blog is also an id of docs, from which the index has it (${path}); one would replace the other.`,
    )
    await runOver({ 'blog/index.md#1': 'hello' }, { from: ['blog'], cleanup: 'full' })
    expect(index.texts.size).toBe(3)
    const first = await runOver({ 'index.md#1': 'one' }, { cleanup: 'full' })
    expect(first).toEqual({ embedded: [], deleted: 1, gone: [] })
    expect([...index.texts.keys()]).toEqual(['index.md#1', 'blog/index.md#1'])
  })

  it('may have records of unknown origin', async () => {
    await runOver({ a: 'one' }, { from: [] })
    expect((await runOver({ a: 'one' }, { from: ['a.jsonl'] })).embedded).toEqual([])
  })

  it('may join the first, and then leave it', async () => {
    await runOver({ a: 'one' }, { from: ['a.jsonl'] })
    await runOver({ a: 'one', b: 'two' }, { from: ['a.jsonl', 'b.jsonl'] })
    expect(await runOver({ b: 'two' }, { from: ['b.jsonl'], cleanup: 'full' })).toEqual({
      embedded: [],
      deleted: 0,
      gone: [],
    })
  })
})

it('a record file that is mostly outdated is rewritten, with all it says', async () => {
  await runOver({ x: 'of another input' }, { from: ['x.jsonl'] })
  index.killsAfter = 'upsert'
  await expect(runOver({ doubtful: 'one' })).rejects.toBe(KILLED)
  const texts = (run: number) =>
    Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`id-${i}`, `${run}`]))
  for (let run = 0; run < 6; run++) await runOver(texts(run))
  expect((await readFile(path, 'utf8')).split('\n').length).toBeLessThan(20)
  expect((await runOver({ ...texts(5), doubtful: 'one' })).embedded).toEqual(['doubtful'])
  await expect(runOver({ x: 'mine' })).rejects.toThrow('also an id of x.jsonl')
})

it('vectors of unknown origin go with any, and those of known origin with their own', async () => {
  const fill = async (origin: Record<string, unknown>) => {
    const ledger = await Ledger.read(path, ['vectors'], { source: 'vectors', ...origin })
    await ledger.begin()
    await ledger.close()
  }
  await fill({})
  await fill({ '--model': 'm' })
  await fill({})
  await expect(fill({ '--model': 'n' })).rejects.toThrow('a different --model ("m", now "n")')
})
