import {
  appendFile,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { parseFaultRule } from '@pinecone-inference/emulator'
import { describe, expect, it, vi } from 'vitest'
import { journalLine } from '../src/embed/output/journal.js'
import { DENSE, idsIn, lines, passages, SPARSE } from './records.js'
import { folderOf, run, runProcess, start } from './run-command.js'
import { service } from './service.js'

describe('an unfinished run', () => {
  it.each(['out.jsonl', 'out.parquet'])('resumes after a full disk with nothing lost: %s', async (output) => {
    const { env } = await service()
    const folder = await folderOf({ 'in.jsonl': lines(passages(2_000)) })
    const args = ['embed', 'in.jsonl', '-o', output, ...DENSE]
    // 512 bytes a block; in the middle of what is written
    const { code, stderr } = await runProcess(folder, args, env, { fileBlocks: 4_000 })
    expect(stderr).toMatch(/^error: .*0\.part cannot be written: EFBIG/m)
    expect(code).toBe(1)
    expect((await run(folder, args, env)).code).toBe(0)
    expect(await idsIn(join(folder, output))).toEqual(passages(2_000).map(({ id }) => id))
  })

  /** A run whose key is refused after some requests. */
  async function unfinished(output: string) {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed#8-9999 status:401'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(1200)) })
    const args = ['embed', 'in.jsonl', '-o', output, ...SPARSE]
    const ended = await run(folder, args, env)
    emulator.faults.clear()
    emulator.requests.length = 0
    return { env, emulator, folder, args, ended }
  }

  it.each(['out.jsonl', 'out.parquet'])(
    'keeps finished records, says so, and resumes: %s',
    async (output) => {
      const { env, emulator, folder, args, ended } = await unfinished(output)
      expect(ended.code).toBe(1)
      expect(ended.stderr).toMatch(
        /^error: .*401.*Stopped after [\d,]+ records\. Finished records are kept; run the same command again for the rest\.\n$/s,
      )
      expect(await readdir(folder)).toEqual(['in.jsonl', `${output}.partial`])

      const again = await run(folder, args, env)
      expect([again.code, again.stderr]).toEqual([
        0,
        expect.stringMatching(/^Continuing after [\d,]+ records\.\nEmbedded 1,200 records/),
      ])
      expect(await readdir(folder)).toEqual(['in.jsonl', output, `${output}.record.jsonl`])
      expect(await idsIn(join(folder, output))).toEqual(passages(1200).map(({ id }) => id))
      expect(emulator.requests.length).toBeLessThan(13)
    },
  )

  it('is left where it is when the service fails altogether, and gives up nothing of the input', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed#8-9999 status:503,retry-after=0.01'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(1200)) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/; retrying\n.*error: .*503.*Stopped after [1-9][\d,]* records/s),
    ])
    emulator.faults.clear()
    expect((await run(folder, args, env)).code).toBe(0)
    expect(await readdir(folder)).toEqual(['in.jsonl', 'out.jsonl', 'out.jsonl.record.jsonl'])
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(1200).map(({ id }) => id))
  })

  it('is left where it is when the service fails to the end of the input, be that one request', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed status:503,retry-after=0.01'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(3)) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([3, expect.stringMatching(/; retrying\nerror: .*503/)])
    expect(await readdir(folder)).toEqual(['in.jsonl'])
    emulator.faults.clear()
    expect((await run(folder, args, env)).code).toBe(0)
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(3).map(({ id }) => id))
  })

  it('gives up no input for a failure of the service, and outlasts one that passes', async () => {
    const { env, emulator } = await service()
    // more than a call that somebody waits for would try
    emulator.faults.add(parseFaultRule('/embed#2-40 status:503,retry-after=0.01'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(1000)) })
    const { code } = await run(folder, ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE], env)
    expect(code).toBe(0)
    expect(await readdir(folder)).toEqual(['in.jsonl', 'out.jsonl', 'out.jsonl.record.jsonl'])
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(1000).map(({ id }) => id))
  })

  it('is left where it is when the service asks for a long wait, says how long, and gives up nothing', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed#2 status:429,retry-after=3600'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(500)) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE, '--concurrency', '1']
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^error: .*429.*\(retry after 3600 s\)\nStopped after 96 records/m),
    ])
    expect(await readdir(folder)).toEqual(['in.jsonl', 'out.jsonl.partial'])
    expect((await run(folder, args, env)).code).toBe(0)
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(500).map(({ id }) => id))
  })

  it('ends where everything is refused for one and the same reason, and gives up nothing', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed status:400'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(5000)) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: .*400.*the request itself is refused/m),
    ])
    expect(await readdir(folder)).toEqual(['in.jsonl'])
    expect(emulator.requests.length).toBeLessThan(30)
  })

  it('resumed at inputs that are all refused alike continues with those behind them', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed#2 status:429,retry-after=3600'))
    const long = 'harbour '.repeat(2_000)
    const input = passages(200).map((one, i) => (i >= 96 && i < 126 ? { ...one, text: long } : one))
    const folder = await folderOf({ 'in.jsonl': lines(input) })
    const model = ['--model', 'multilingual-e5-large', '--truncate', 'NONE', '--concurrency', '1']
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...model]
    expect((await run(folder, args, env)).stderr).toContain('Stopped after 96 records')
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([2, expect.stringContaining('30 failed')])
    expect(stderr).not.toContain('the request itself is refused')
    expect(await idsIn(join(folder, 'out.jsonl'))).toHaveLength(170)
  })

  it.each(['out.jsonl', 'out.parquet', '-'])(
    'in which nothing could be embedded is not finished: %s',
    async (output) => {
      const { env } = await service()
      const text = 'harbour '.repeat(2_000)
      const input = [...passages(3).map((one) => ({ ...one, text })), { id: 'empty', text: '' }]
      const folder = await folderOf({ 'in.jsonl': lines(input) })
      const args = ['embed', 'in.jsonl', '-o', output, '--model', 'multilingual-e5-large', '--truncate']
      const { code, stderr } = await run(folder, [...args, 'NONE'], env)
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^error: none of 4 records could be embedded; /m),
      ])
      expect(await readdir(folder)).toEqual(['in.jsonl'])
      expect((await run(folder, [...args, 'END'], env)).code).toBe(2)
    },
  )

  it('that waits for the service has on disk what was answered, whenever it is killed', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed#2-9999 stall:headers'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(500)) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    const { child, ended } = start(folder, args, env)
    const journal = join(folder, 'out.jsonl.partial/journal.jsonl')
    const written = () => readFile(journal, 'utf8').catch(() => '')
    await vi.waitUntil(async () => (await written()).includes('"read":96,'), { timeout: 25_000 })
    child.kill('SIGKILL')
    await ended
    emulator.faults.clear()
    expect((await run(folder, args, env)).stderr).toMatch(/^Continuing after 96 records\.\n/)
  })

  it('resumes after the last intact line of its journal, but not if its files are too short for it', async () => {
    const { env, folder, args } = await unfinished('out.jsonl')
    const journal = join(folder, 'out.jsonl.partial/journal.jsonl')
    await appendFile(journal, '\0\0\0\n{"read":')
    const records = join(folder, 'out.jsonl.partial/0.part')
    await copyFile(records, `${records}.kept`)
    await truncate(records, 100)
    const short = await run(folder, args, env)
    expect([short.code, short.stderr]).toEqual([
      1,
      expect.stringMatching(
        /fewer than the \d+ written earlier\. Delete out\.jsonl\.partial to start over\.\n$/,
      ),
    ])
    await rename(`${records}.kept`, records)
    expect((await run(folder, args, env)).code).toBe(0)
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(1200).map(({ id }) => id))
  })

  it.each([
    ['whose first line is none', () => '{}\n'],
    ['whose first line is damaged', (text: string) => text.replace('--model', '--modem')],
    ['without a journal', () => undefined],
  ])('is refused, and keeps what it has: %s', async (_, damage) => {
    const { env, folder, args } = await unfinished('out.jsonl')
    const journal = join(folder, 'out.jsonl.partial/journal.jsonl')
    const damaged = damage(await readFile(journal, 'utf8'))
    await (damaged === undefined ? rm(journal) : writeFile(journal, damaged))
    const records = await readFile(join(folder, 'out.jsonl.partial/0.part'))
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: .*journal\.jsonl.* Delete out\.jsonl\.partial to start over\.\n$/),
    ])
    expect(await readFile(join(folder, 'out.jsonl.partial/0.part'))).toEqual(records)
  })

  it.each([
    ['a digit that changed', (text: string) => text.replace(/"read":(\d+)(?!.*"read":)/s, '"read":9$1')],
    ['a line that is none of it', (text: string) => `${text}{}\n`],
  ])('resumes before a damaged entry of its journal: %s', async (_, damage) => {
    const { env, folder, args } = await unfinished('out.jsonl')
    const journal = join(folder, 'out.jsonl.partial/journal.jsonl')
    await writeFile(journal, damage(await readFile(journal, 'utf8')))
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([0, expect.stringContaining('Embedded 1,200 records')])
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(1200).map(({ id }) => id))
  })

  it.each(['deleted', 'cut short'])('ends, and says what to do, where a file of it was %s', async (how) => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed#3-9999 status:401'))
    const folder = await folderOf({ 'in.jsonl': lines([{ id: 'empty', text: '' }, ...passages(1000)]) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE, '--concurrency', '1']
    await run(folder, args, env)
    const failed = join(folder, 'out.jsonl.partial/failed.part')
    await (how === 'deleted' ? rm(failed) : truncate(failed, 3))
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: .*failed\.part.*Delete out\.jsonl\.partial to start over\.\n$/),
    ])
  })

  it.each(['out.jsonl', 'out.parquet'])(
    'ends where a disk is full from the start, and leaves nothing: %s',
    async (output) => {
      const { env } = await service()
      const folder = await folderOf({ 'in.jsonl': lines(passages(10)) })
      const args = ['embed', 'in.jsonl', '-o', output, ...SPARSE]
      const { code, stderr } = await runProcess(folder, args, env, { fileBlocks: 0 })
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^error: .* cannot be written: EFBIG[^\n]*\n$/),
      ])
      expect(await readdir(folder)).toEqual(['in.jsonl'])
    },
  )

  it.each(['resumed by another process', 'deleted'])('ends once it was %s', async (what) => {
    const { env, emulator } = await service({ latency: 500 })
    const folder = await folderOf({ 'in.jsonl': lines(passages(2500)) })
    const { child, ended } = start(folder, ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE], env)
    child.stdin.end()
    await vi.waitUntil(() => emulator.requests.length > 0, { timeout: 25_000 })
    const partial = join(folder, 'out.jsonl.partial')
    if (what === 'deleted') {
      await rm(partial, { recursive: true })
    } else {
      const other = journalLine({ settings: {}, input: null, writer: 'another' })
      await writeFile(join(partial, 'journal.jsonl.new'), other)
      await rename(join(partial, 'journal.jsonl.new'), join(partial, 'journal.jsonl'))
    }
    const { code, stderr } = await ended
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error: out\.jsonl\.partial\/journal\.jsonl is no longer this run's: [^\n]*again\.\n$/,
      ),
    ])
    expect((await readdir(folder)).includes('out.jsonl.partial')).toBe(what !== 'deleted')
  })

  it('is not resumed with settings that make other vectors', async () => {
    const { env, folder, args } = await unfinished('out.jsonl')
    const other = await run(folder, [...args, '--truncate', 'NONE'], env)
    expect([other.code, other.stderr]).toEqual([
      1,
      'error: out.jsonl.partial holds a run with a different --truncate (none, now "NONE"). ' +
        'Use the same to resume it, or delete out.jsonl.partial to start over.\n',
    ])
    const offline = await run(folder, [...args, '--offline'], env)
    expect(offline.stderr).toContain('a run with a different service')
  })

  it('of the standard input resumes if it is given the same again, and keeps its vectors if not', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed#8-9999 status:401'))
    const folder = await folderOf()
    const from = (records: readonly unknown[]) =>
      run(folder, ['embed', '-', '-o', 'out.jsonl', ...SPARSE], env, lines(records))
    expect((await from(passages(1200))).code).toBe(1)
    emulator.faults.clear()
    emulator.requests.length = 0
    const other = await from(passages(1200).toReversed())
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringMatching(/^error: The input differs in its first .*run the same command again/m),
    ])
    expect(other.stderr).not.toContain('Stopped after')
    expect(emulator.requests).toHaveLength(0)
    expect((await from(passages(1200).toReversed())).code).toBe(0)
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(
      passages(1200)
        .map(({ id }) => id)
        .toReversed(),
    )
    expect(emulator.requests.length).toBeLessThan(13)
    expect(await readdir(folder)).toEqual(['out.jsonl', 'out.jsonl.record.jsonl'])
  })

  it('does not write over an output that appears meanwhile, and is finished once that is moved away', async () => {
    const { env, emulator } = await service({ latency: 300 })
    const records = [{ id: 'empty', text: '' }, ...passages(1000)]
    const folder = await folderOf({ 'in.jsonl': lines(records) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    const { child, ended } = start(folder, args, env)
    child.stdin.end()
    await vi.waitUntil(() => emulator.requests.length > 0, { timeout: 25_000 })
    await writeFile(join(folder, 'out.jsonl'), 'precious')
    const refused = {
      code: 1,
      stdout: '',
      stderr:
        'error: out.jsonl has appeared since this run began. The new output is complete, in out.jsonl.partial. ' +
        'Move out.jsonl away and run the same command again.\n',
    }
    expect(await ended).toEqual(refused)
    expect(await run(folder, args, env)).toEqual(refused)
    expect(await readFile(join(folder, 'out.jsonl'), 'utf8')).toBe('precious')
    await rename(join(folder, 'out.jsonl'), join(folder, 'precious'))
    emulator.requests.length = 0
    const last = await run(folder, args, env)
    expect([last.code, last.stderr]).toEqual([2, 'out.jsonl was finished already.\n'])
    expect(emulator.requests).toHaveLength(0)
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(1000).map(({ id }) => id))
    expect(await readdir(folder)).toEqual([
      'in.jsonl',
      'out.jsonl',
      'out.jsonl.failed.jsonl',
      'out.jsonl.record.jsonl',
      'precious',
    ])
  })

  it('is finished though its folder cannot be removed', async () => {
    const folder = await folderOf({ 'in.jsonl': lines(passages(10)) })
    await mkdir(join(folder, 'out.jsonl.partial'))
    await writeFile(join(folder, 'out.jsonl.partial/.DS_Store'), '')
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE, '--offline']
    expect((await run(folder, args)).code).toBe(0)
    const again = await run(folder, args)
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('was finished already')])
  })

  it.skipIf(process.platform === 'win32')('is finished though its folder is a link', async () => {
    const folder = await folderOf({ 'in.jsonl': lines(passages(10)) })
    await mkdir(join(folder, 'real'))
    await symlink('real', join(folder, 'out.jsonl.partial'))
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE, '--offline']
    expect((await run(folder, args)).code).toBe(0)
    const again = await run(folder, args)
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('was finished already')])
  })

  it('of a file does not end with less of it on the standard input, and resumes with all of it', async () => {
    const { env, folder, args } = await unfinished('out.jsonl')
    const from = (count: number) => run(folder, ['embed', '-', ...args.slice(2)], env, lines(passages(count)))
    const less = await from(1100)
    expect([less.code, less.stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error: The input had 1,200 records when this run began; now it has 1,100, or .* run the same command again/m,
      ),
    ])
    expect((await readdir(folder)).includes('out.jsonl')).toBe(false)
    expect((await from(1200)).code).toBe(0)
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(1200).map(({ id }) => id))
  })

  it('says how to go on where the same input would fail again', async () => {
    const { env } = await service()
    const folder = await folderOf()
    const from = (records: readonly unknown[]) =>
      run(folder, ['embed', '-', '-o', 'out.jsonl', ...SPARSE], env, lines(records))
    const { code, stderr } = await from([...passages(1000), { id: 'id-7', text: 'again' }])
    expect([code, stderr]).toEqual([1, expect.stringContaining('has the id "id-7", as record 8 has')])
    expect(stderr).toMatch(
      /^Stopped after [\d,]+ records\. Finished records are kept; fix the input, and run the same command again for the rest\.$/m,
    )
    expect((await from(passages(1001))).code).toBe(0)
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(1001).map(({ id }) => id))
  })

  it('can be written by one process at a time', async () => {
    const { env, emulator } = await service({ latency: 500 })
    const folder = await folderOf({ 'in.jsonl': lines(passages(2000)) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    const first = start(folder, args, env)
    await vi.waitUntil(() => emulator.requests.length > 0, { timeout: 25_000 })
    const second = await run(folder, args, env)
    expect([second.code, second.stderr]).toEqual([
      1,
      'error: another process is writing out.jsonl; let it finish\n',
    ])
    expect((await first.ended).code).toBe(0)
  })

  it.skipIf(process.platform === 'win32')(
    'can be written by one process at a time, by whatever way its folder is reached',
    async () => {
      const { env, emulator } = await service({ latency: 500 })
      const folder = await folderOf({ 'in.jsonl': lines(passages(2000)) })
      await mkdir(join(folder, 'real'))
      await symlink('real', join(folder, 'link'))
      const first = start(folder, ['embed', 'in.jsonl', '-o', 'real/out.jsonl', ...SPARSE], env)
      await vi.waitUntil(() => emulator.requests.length > 0, { timeout: 25_000 })
      const second = await run(folder, ['embed', 'in.jsonl', '-o', 'link/out.jsonl', ...SPARSE], env)
      expect(second.stderr).toContain('another process is writing link/out.jsonl')
      expect((await first.ended).code).toBe(0)
    },
  )
})
