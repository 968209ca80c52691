import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, jsonLine, openWriter, partOf } from '@pinecone-inference/files'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EarlierVectors } from './earlier-vectors.js'
import { nameFinished } from './give-names.js'
import { journalLine } from './journal.js'
import { keepVectors } from './kept-vectors.js'
import { fileDigests, OutputRecord } from './output-record.js'
import { nothingDone } from './run-files.js'
import { type OutputFile, partsOf, pathsOf, readBegun } from './run-folder.js'

const KILLED = 'killed here'

async function emptyFolder(): Promise<string> {
  const folder = await fs.mkdtemp(join(tmpdir(), 'killed-'))
  onTestFinished(() => fs.rm(folder, { recursive: true }))
  return folder
}

/** Runs something that can change no name from its nth change on, as if it were killed; returns whether it got that far. */
async function endingAt(n: number, action: () => Promise<unknown>): Promise<boolean> {
  const own = { rename: fs.rename, link: fs.link, rm: fs.rm, rmdir: fs.rmdir }
  let changes = 0
  const counted =
    <A extends unknown[], R>(change: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (++changes >= n) throw new Error(KILLED)
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

async function writeRecord(
  path: string,
  texts: readonly string[],
  digests?: readonly string[],
): Promise<number> {
  const record = await OutputRecord.open(path, 0)
  for (const text of texts) record.add(text, text)
  const length = await record.sync()
  if (digests !== undefined) {
    const input = { records: texts.length, digest: '' }
    await record.finish({ settings, input, vectors: {}, digests, failed: 0, left: 0 })
  }
  await record.close()
  return length
}

type Parts = readonly (readonly string[])[]

async function writeParts(first: string, parts: Parts): Promise<string[]> {
  const paths = partsOf(first, parts.length)
  for (const [part, texts] of parts.entries()) {
    const lines = recordsOf(texts).map((one) => jsonLine(one))
    await fs.writeFile(paths[part] ?? '', lines.join(''))
  }
  return fileDigests(paths)
}

/** An output, and a run that is whole and is to replace it, but for the names of its files. */
async function readyToReplace(
  output: string,
  { old, now, failed }: { old: Parts; now: Parts; failed: number },
) {
  const paths = pathsOf(output)
  const replaces = await writeParts(output, old)
  await writeRecord(paths.record, old.flat(), replaces)
  await fs.writeFile(paths.failed, 'of the run before\n')
  await fs.mkdir(paths.folder)
  await writeRecord(paths.unfinishedRecord, now.flat(), await writeParts(paths.unfinishedOutput, now))
  await fs.writeFile(paths.unfinishedFailed, failed > 0 ? 'of this run\n' : '')
  const last = {
    ...nothingDone,
    output: { bytes: 0, records: 0, part: now.length - 1 },
    failed: { records: failed, bytes: 0 },
    finished: true,
  }
  await fs.writeFile(paths.journal, journalLine({ settings, input: null, replaces }) + journalLine(last))
  return paths
}

describe('a run that replaces an output, killed before any change of a name', () => {
  const one = [['old', 'both']]
  const two = [['old'], ['both']]
  it.each([
    [{ old: one, now: [['both', 'new']], failed: 0 }],
    [{ old: one, now: [['both', 'new']], failed: 1 }],
    [{ old: one, now: [['both'], ['new'], ['more']], failed: 1 }],
    [{ old: two, now: [['both', 'new']], failed: 0 }],
    [{ old: two, now: [['new'], ['both']], failed: 0 }],
  ])('is finished by the next one: %j', async ({ old, now, failed }) => {
    let wasKilled = true
    let kills = 0
    for (let n = 1; wasKilled; n++) {
      const folder = await emptyFolder()
      const output = join(folder, '0.jsonl')
      const paths = await readyToReplace(output, { old, now, failed })
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
      const parts = now.map((_, part) => `${part}.jsonl`)
      const listed = failed > 0 ? ['0.jsonl.failed.jsonl'] : []
      expect(await fs.readdir(folder)).toEqual([...parts, ...listed, '0.jsonl.record.jsonl'].sort())
      if (failed > 0) expect(await fs.readFile(paths.failed, 'utf8')).toBe('of this run\n')
    }
    expect(kills).toBeGreaterThanOrEqual(5)
  })

  it('replaces no part that somebody has changed meanwhile', async () => {
    const folder = await emptyFolder()
    const output = join(folder, '0.jsonl')
    await readyToReplace(output, { old: two, now: [['new'], ['both']], failed: 0 })
    await fs.writeFile(join(folder, '1.jsonl'), 'changed')
    await expect(nameFinished(output)).rejects.toThrow('1.jsonl has appeared since this run began.')
    expect(await fs.readFile(join(folder, '1.jsonl'), 'utf8')).toBe('changed')
    await fs.rm(join(folder, '1.jsonl'))
    await nameFinished(output)
    const { previous } = await EarlierVectors.read(output)
    expect(previous?.ids).toEqual(['new', 'both'])
  })
})

describe('vectors of a run that cannot be resumed, which is killed before any change of a name', () => {
  it.each([
    ['out.jsonl', Number.POSITIVE_INFINITY],
    ['out.parquet', Number.POSITIVE_INFINITY],
    ['0.parquet', 1],
  ] as const)('are kept once, all of them: %s, parts of %d bytes', async (name, partBytes) => {
    let wasKilled = true
    for (let n = 1; wasKilled; n++) {
      const folder = await emptyFolder()
      const output = join(folder, name)
      const paths = pathsOf(output)
      const format = name === 'out.jsonl' ? 'jsonl' : 'parquet'
      const vectors = { dense: true, sparse: false }
      const file: OutputFile = { output, format, layout: 'vectors', vectors, partBytes }
      await fs.mkdir(paths.folder)
      const checkpoints = await unfinishedFile(paths.unfinishedOutput, file)
      const last = partOf(paths.unfinishedOutput, checkpoints.at(-1)?.part ?? 0)
      const record = await writeRecord(paths.unfinishedRecord, ['one', 'two'])
      await fs.appendFile(paths.unfinishedRecord, '["cut')
      const entries = checkpoints.map((output) => journalLine({ ...nothingDone, read: 2, output, record }))
      await fs.writeFile(paths.journal, journalLine({ settings, input: null }) + entries.join(''))

      const keep = async () => {
        const begun = await readBegun(paths)
        if (begun) await keepVectors(file, begun)
      }
      wasKilled = await endingAt(n, keep)
      const begun = await readBegun(paths)
      if (begun && !begun.entries.at(-1)?.superseded) {
        // the input may have been changed back
        expect((await fs.stat(last)).size).toBeGreaterThanOrEqual(checkpoints.at(-1)?.bytes ?? 0)
        expect((await fs.stat(paths.unfinishedRecord)).size).toBeGreaterThanOrEqual(record)
      }
      await keep()
      expect(await fs.readdir(paths.folder)).toEqual(['kept-1'])
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
async function unfinishedFile(
  path: string,
  { format, vectors, partBytes }: OutputFile,
): Promise<Checkpoint[]> {
  const writer = await openWriter(path, { format, vectors, partBytes })
  const checkpoints: Checkpoint[] = []
  for (const record of recordsOf(['one', 'two'])) {
    await writer.append(record)
    checkpoints.push(await writer.checkpoint())
  }
  for (const record of recordsOf(['after'])) await writer.append(record)
  await writer.checkpoint()
  await writer.close()
  return checkpoints
}
