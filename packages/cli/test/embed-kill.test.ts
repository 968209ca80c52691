import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseFaultRule, startEmulator } from '@pinecone-inference/emulator'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { describe, expect, it, onTestFinished } from 'vitest'
import { journalLine } from '../src/embed/output/journal.js'
import { lines, SPARSE } from './records.js'
import { folderOf, run, start } from './run-command.js'

const RECORDS = 2_500
/** Each costs a start of the command; a change of the journal deserves a run with KILLS=50. */
const KILLS = Number(process.env.KILLS ?? 4)
/** Too long for the model: refused with --truncate NONE. Behind the first checkpoint, as finding them holds up what follows. */
const isRefused = (i: number) => i === 1_734 || i === 2_234

const input = Array.from({ length: RECORDS }, (_, i) => ({
  id: `id-${i}`,
  text: isRefused(i) ? 'too long '.repeat(600) : `passage ${i}, about ${(i * 7919) % 1000}`,
}))
const embedded = input.filter((_, i) => !isRefused(i)).map(({ id }) => id)
const refused = input.filter((_, i) => isRefused(i)).map(({ id }) => id)

/** Mulberry32: the same seed, the same moments. */
function random(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A service that fails now and then, in more than one way. */
async function shakyService(seed: number) {
  let onAnswer = () => {}
  const emulator = await startEmulator({ errorRate: 0.03, latency: 200, seed, onAnswer: () => onAnswer() })
  emulator.faults.add(parseFaultRule('/embed~0.02 reset'), parseFaultRule('/embed~0.02 cut:100'))
  onTestFinished(() => emulator.close())
  return {
    env: { PINECONE_INFERENCE_URL: emulator.url, PINECONE_API_KEY: 'local' },
    requests: emulator.requests,
    /** Calls back once, after so many more answers. */
    afterAnswers(count: number, then: () => void) {
      let left = count
      onAnswer = () => {
        if (--left === 0) then()
      }
    },
  }
}

/** What a file holds, id by id: a digest of each record, in order. */
async function contentOf(path: string): Promise<[id: string, digest: string][]> {
  const digest = (record: unknown) => createHash('sha1').update(JSON.stringify(record)).digest('base64')
  if (path.endsWith('.parquet')) {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) })
    return rows.map((row) => [row.id, digest(row)])
  }
  const whole = await readFile(path, 'utf8')
  expect(whole.endsWith('\n')).toBe(true)
  return whole
    .trimEnd()
    .split('\n')
    .map((line) => [JSON.parse(line).id, digest(JSON.parse(line))])
}

describe('embed, killed at random moments', () => {
  it.each([
    ['out.jsonl', 1],
    ['out.parquet', 2],
  ] as const)(
    'and started again has every id once, and the output only when it is whole: %s',
    async (output, seed) => {
      const { env, requests, afterAnswers } = await shakyService(seed)
      const folder = await folderOf({ 'in.jsonl': lines(input) })
      const draw = random(seed)
      const argsFor = (name: string) => ['embed', 'in.jsonl', '-o', name, ...SPARSE, '--truncate', 'NONE']
      const reference = `reference-${output}`
      expect((await run(folder, argsFor(reference), env)).code).toBe(2)
      const answers = requests.length
      const expected = await contentOf(join(folder, reference))
      expect(expected.map(([id]) => id)).toEqual(embedded)

      let kills = 0
      let goneOn = 0
      let finished = 0
      for (let job = 0; kills < KILLS || finished === 0; job++) {
        const name = `${job}-${output}`
        for (;;) {
          const { child, ended } = start(folder, argsFor(name), env)
          child.stdin.end()
          if (kills < KILLS) {
            afterAnswers(Math.ceil((0.5 + 0.5 * draw()) * answers), () => child.kill('SIGKILL'))
          }
          const { code, stderr } = await ended
          if (stderr.includes('Continuing after')) goneOn++
          if (code === null) {
            kills++
            const named = existsSync(join(folder, name))
            // what has its name is whole
            if (named) expect(await contentOf(join(folder, name))).toEqual(expected)
            // Killed between its last step and its exit: there is nothing to go on with.
            if (named && !existsSync(join(folder, `${name}.partial`))) break
            continue
          }
          expect([code, stderr]).toEqual([2, expect.stringMatching(/2 failed|was finished already/)])
          break
        }
        finished++
        expect(await contentOf(join(folder, name))).toEqual(expected)
        expect((await contentOf(join(folder, `${name}.failed.jsonl`))).map(([id]) => id)).toEqual(refused)
        expect(existsSync(join(folder, `${name}.partial`))).toBe(false)
        await Promise.all(
          [name, `${name}.failed.jsonl`, `${name}.record.jsonl`].map((file) => rm(join(folder, file))),
        )
      }
      expect(kills).toBe(KILLS)
      expect(goneOn).toBeGreaterThan(0)
    },
    480_000,
  )
})

describe('embed, killed while the files get their names', () => {
  /** The files of a run as they are between its last step but `left` and the next. */
  async function killedWith(left: readonly string[]) {
    const folder = await folderOf({ 'in.jsonl': lines(input.slice(1_500)) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE, '--truncate', 'NONE', '--offline']
    const ended = run(folder, args)
    const journal = join(folder, 'out.jsonl.partial/journal.jsonl')
    let kept = ''
    // The folder is gone when the run ends; its journal is read as long as it is there.
    let running = true
    void ended.then(() => {
      running = false
    })
    while (running) {
      kept = (await readFile(journal, 'utf8').catch(() => '')) || kept
      await sleep(1)
    }
    expect((await ended).code).toBe(2)
    const whole = await contentOf(join(folder, 'out.jsonl'))
    const [head] = kept.split('\n')
    const failed = await readFile(join(folder, 'out.jsonl.failed.jsonl'))
    const record = await readFile(join(folder, 'out.jsonl.record.jsonl'))
    const bytes = (await readFile(join(folder, 'out.jsonl'))).length
    const entry = {
      read: 1000,
      digest: '',
      tokens: {},
      output: { bytes, records: whole.length },
      failed: { records: 2, bytes: failed.length },
      record: record.length,
      unchanged: 0,
      left: 0,
      finished: true,
    }
    await mkdir(join(folder, 'out.jsonl.partial'))
    const back: Record<string, () => Promise<void>> = {
      journal: () => writeFile(journal, `${head}\n${journalLine(entry)}`),
      output: () => rename(join(folder, 'out.jsonl'), join(folder, 'out.jsonl.partial/0.part')),
      record: () =>
        rename(join(folder, 'out.jsonl.record.jsonl'), join(folder, 'out.jsonl.partial/record.part')),
      failed: () =>
        rename(join(folder, 'out.jsonl.failed.jsonl'), join(folder, 'out.jsonl.partial/failed.part')),
    }
    for (const name of left) await back[name]?.()
    return { folder, args, whole }
  }

  it.each([
    [['journal', 'output', 'record', 'failed']],
    [['journal', 'output', 'record']],
    [['journal', 'output']],
    [['journal']],
    [[]],
  ])('and started again gives what is left its name: %j', async (left) => {
    const { folder, args, whole } = await killedWith(left)
    const { code, stderr } = await run(folder, args)
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^Offline: .*\nout\.jsonl was finished already\.\n$/),
    ])
    expect(await contentOf(join(folder, 'out.jsonl'))).toEqual(whole)
    expect(await readdir(folder)).toEqual([
      'in.jsonl',
      'out.jsonl',
      'out.jsonl.failed.jsonl',
      'out.jsonl.record.jsonl',
    ])
  })
})
