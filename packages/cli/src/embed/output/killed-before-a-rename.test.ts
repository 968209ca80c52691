import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonLine, openWriter } from '@pinecone-inference/files'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EarlierVectors } from './earlier-vectors.js'
import { nameFinished } from './give-names.js'
import { type JournalEntry, journalLine } from './journal.js'
import { keepVectors } from './kept-vectors.js'
import { fileDigest, OutputRecord } from './output-record.js'
import { type OutputFile, pathsOf, readBegun } from './run-folder.js'

const KILLED = 'killed here'

async function emptyFolder(): Promise<string> {
  const folder = await fs.mkdtemp(join(tmpdir(), 'killed-'))
  onTestFinished(() => fs.rm(folder, { recursive: true }))
  return folder
}

/** Runs something that ends before its nth change of a name, as a kill would end it; returns whether it came so far. */
async function endingAt(n: number, action: () => Promise<unknown>): Promise<boolean> {
  const own = { rename: fs.rename, link: fs.link, rm: fs.rm, rmdir: fs.rmdir }
  let changes = 0
  const counted =
    <A extends unknown[], R>(change: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (++changes === n) throw new Error(KILLED)
      return change(...args)
    }
  Object.assign(
    fs,
    Object.fromEntries(
      Object.entries(own).map(([name, change]) => [name, counted(change as typeof fs.rename)]),
    ),
  )
  syncBuiltinESMExports()
  try {
    await action()
    return false
  } catch (error) {
    if ((error as Error).message !== KILLED) throw error
    return true
  } finally {
    Object.assign(fs, own)
    syncBuiltinESMExports()
  }
}

const settings = { '--model': 'm' }
const recordsOf = (texts: readonly string[]) =>
  texts.map((text, i) => ({ id: text, values: [text.length, i + 1], metadata: { text } }))
const entry: JournalEntry = {
  read: 0,
  digest: '',
  output: { bytes: 0, records: 0 },
  failed: { records: 0, bytes: 0 },
  record: 0,
  unchanged: 0,
  left: 0,
  tokens: {},
}

async function writeRecord(path: string, texts: readonly string[], digest?: string): Promise<number> {
  const record = await OutputRecord.open(path, 0)
  for (const text of texts) record.add(text, text)
  const length = await record.sync()
  if (digest !== undefined) {
    const input = { records: texts.length, digest: '' }
    await record.finish({ settings, input, vectors: {}, digest, failed: 0, left: 0 })
  }
  await record.close()
  return length
}

/** An output, and a run that is whole and is to replace it, but for the names of its files. */
async function readyToReplace(output: string, failed: number) {
  const paths = pathsOf(output)
  const write = (path: string, texts: readonly string[]) =>
    fs.writeFile(
      path,
      recordsOf(texts)
        .map((one) => jsonLine(one))
        .join(''),
    )
  await write(output, ['old', 'both'])
  const replaces = await fileDigest(output)
  await writeRecord(paths.record, ['old', 'both'], replaces)
  await fs.writeFile(paths.failed, 'of the run before\n')
  await fs.mkdir(paths.folder)
  await write(paths.unfinishedOutput, ['both', 'new'])
  await writeRecord(paths.unfinishedRecord, ['both', 'new'], await fileDigest(paths.unfinishedOutput))
  await fs.writeFile(paths.unfinishedFailed, failed > 0 ? 'of this run\n' : '')
  const last = { ...entry, failed: { records: failed, bytes: 0 }, finished: true }
  await fs.writeFile(paths.journal, journalLine({ settings, input: null, replaces }) + journalLine(last))
  return paths
}

describe('a run that replaces an output, killed before any change of a name', () => {
  it.each([0, 1])('leaves one of both whole, and the next run finishes it: %i failed', async (failed) => {
    let wasKilled = true
    let kills = 0
    for (let n = 1; wasKilled; n++) {
      const folder = await emptyFolder()
      const output = join(folder, 'out.jsonl')
      const paths = await readyToReplace(output, failed)
      const [before, after] = await Promise.all(
        [output, paths.unfinishedOutput].map((path) => fs.readFile(path, 'utf8')),
      )
      wasKilled = await endingAt(n, () => nameFinished(output))
      if (wasKilled) kills++
      expect([before, after]).toContain(await fs.readFile(output, 'utf8'))

      await nameFinished(output)
      expect(await fs.readFile(output, 'utf8')).toBe(after)
      const { previous } = await EarlierVectors.read(output)
      const has = (text: string) => previous?.has({ id: text, text })
      expect([has('old'), has('both'), has('new')]).toEqual([false, true, true])
      const names = ['out.jsonl', ...(failed > 0 ? ['out.jsonl.failed.jsonl'] : []), 'out.jsonl.record.jsonl']
      expect(await fs.readdir(folder)).toEqual(names)
      if (failed > 0) expect(await fs.readFile(paths.failed, 'utf8')).toBe('of this run\n')
    }
    expect(kills).toBeGreaterThanOrEqual(5)
  })
})

describe('vectors of a run that cannot be resumed, which is killed before any change of a name', () => {
  it.each(['out.jsonl', 'out.parquet'] as const)('are kept once, all of them: %s', async (name) => {
    let wasKilled = true
    for (let n = 1; wasKilled; n++) {
      const folder = await emptyFolder()
      const output = join(folder, name)
      const paths = pathsOf(output)
      const format = name === 'out.jsonl' ? 'jsonl' : 'parquet'
      const vectors = { dense: true, sparse: false }
      const file: OutputFile = { output, format, layout: 'vectors', vectors }
      await fs.mkdir(paths.folder)
      const checkpoint = await unfinishedFile(paths.unfinishedOutput, file)
      const record = await writeRecord(paths.unfinishedRecord, ['one', 'two'])
      await fs.appendFile(paths.unfinishedRecord, '["cut')
      await fs.writeFile(
        paths.journal,
        journalLine({ settings, input: null }) +
          journalLine({ ...entry, read: 2, output: checkpoint, record }),
      )

      const keep = async () => {
        const begun = await readBegun(paths)
        if (begun) await keepVectors(file, begun)
      }
      wasKilled = await endingAt(n, keep)
      const begun = await readBegun(paths)
      if (begun && !begun.entries.at(-1)?.superseded) {
        // the input may be again what it was
        expect((await fs.stat(paths.unfinishedOutput)).size).toBeGreaterThanOrEqual(checkpoint.bytes)
        expect((await fs.stat(paths.unfinishedRecord)).size).toBeGreaterThanOrEqual(record)
      }
      await keep()
      const kept = await EarlierVectors.read(output)
      expect(kept.paths).toEqual([paths.kept(1)])
      expect(['one', 'two', 'after'].map((text) => kept.has({ id: text, text }))).toEqual([true, true, false])
      const two = await kept.embedded({ id: 'other', text: 'two' })
      expect([two.id, Array.from(two.values ?? [])]).toEqual(['other', [3, 2]])
      await kept.close()
    }
  })
})

/** With a record behind its last checkpoint. */
async function unfinishedFile(path: string, { format, vectors }: OutputFile) {
  const writer = await openWriter(path, { format, vectors })
  for (const record of recordsOf(['one', 'two'])) await writer.append(record)
  const checkpoint = await writer.checkpoint()
  for (const record of recordsOf(['after'])) await writer.append(record)
  await writer.checkpoint()
  await writer.close()
  return checkpoint
}
