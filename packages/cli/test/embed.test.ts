import { execFile } from 'node:child_process'
import { once } from 'node:events'
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
import { promisify } from 'node:util'
import { parseFaultRule } from '@pinecone-inference/emulator'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { describe, expect, it, vi } from 'vitest'
import { journalLine } from '../src/embed/output/journal.js'
import { folderOf, main, run, runProcess, start } from './run-command.js'
import { service } from './service.js'

const SPARSE = ['--model', 'pinecone-sparse-english-v0']
const OFFLINE = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE, '--offline']
const DENSE = ['--model', 'llama-text-embed-v2', '--dimension', '384']

const passages = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `id-${i}`, text: `passage ${i} of many` }))
const lines = (records: readonly unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('')

async function idsIn(path: string): Promise<string[]> {
  if (path.endsWith('.parquet')) {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), columns: ['id'] })
    return rows.map(({ id }) => id)
  }
  const text = await readFile(path, 'utf8')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).id)
}

describe('pinecone-inference embed', () => {
  it('embeds a file of records, in order, and leaves a record of it, and nothing else', async () => {
    const { env, emulator } = await service()
    const folder = await folderOf({ 'in.jsonl': lines(passages(500)) })
    const { code, stderr, stdout } = await run(
      folder,
      ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE],
      env,
    )
    expect(stderr).toMatch(
      /^Embedded 500 records into out\.jsonl in \d+ s: [\d,]+ tokens of pinecone-sparse-english-v0\.\n$/,
    )
    expect([code, stdout]).toEqual([0, ''])
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(500).map(({ id }) => id))
    expect(await readdir(folder)).toEqual(['in.jsonl', 'out.jsonl', 'out.jsonl.record.jsonl'])
    expect(emulator.requests.filter(({ path }) => path === '/embed')).toHaveLength(6)
  })

  it('writes the folder that the bulk import takes, with dense and sparse vectors in one go', async () => {
    const { env } = await service()
    const folder = await folderOf({ 'in.csv': 'id,text,title\n1,one,A\n2,two,B\n' })
    const args = ['in.csv', '-o', 'import/', '--namespace', 'docs', '--metadata-fields', 'title']
    const { code } = await run(
      folder,
      ['embed', ...args, ...DENSE, '--sparse-model', 'pinecone-sparse-english-v0'],
      env,
    )
    expect(code).toBe(0)
    const file = await asyncBufferFromFile(join(folder, 'import/docs/0.parquet'))
    const rows = await parquetReadObjects({ file })
    expect(rows.map(({ id, metadata }) => [id, metadata])).toEqual([
      ['1', '{"title":"A"}'],
      ['2', '{"title":"B"}'],
    ])
    for (const { values, sparse_values } of rows) {
      expect(values).toHaveLength(384)
      expect(sparse_values.indices).toHaveLength(sparse_values.values.length)
    }
  })

  it('reads the standard input and writes the standard output', async () => {
    const { env } = await service()
    const args = ['embed', '-', '-o', '-', ...SPARSE]
    const { code, stdout, stderr } = await run(await folderOf(), args, env, lines(passages(3)))
    expect(code).toBe(0)
    expect(stderr).toMatch(/^Embedded 3 records in \d+ s: \d+ tokens of pinecone-sparse-english-v0\.\n$/)
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['id-0', 'id-1', 'id-2'])
  })

  it('needs neither key nor network with --offline', async () => {
    const folder = await folderOf({ 'a.md': '# A\n\ntext' })
    expect((await run(folder, ['embed', 'a.md', '-o', 'out.jsonl', ...SPARSE, '--offline'])).code).toBe(0)
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(['a.md#1'])
  })

  it('puts what the service refuses into OUTPUT.failed.jsonl, and only that, and says so by its exit code', async () => {
    const { env } = await service()
    const records = passages(200)
    const long = { id: 'long', text: 'word '.repeat(3000), metadata: { page: 7 } }
    const input = [
      ...records.slice(0, 50),
      long,
      { id: 'empty', text: '' },
      { id: 'null', text: null },
      ...records.slice(50),
    ]
    const folder = await folderOf({ 'in.jsonl': lines(input) })
    const { code, stderr } = await run(
      folder,
      ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE, '--truncate', 'NONE'],
      env,
    )
    expect(code).toBe(2)
    expect(stderr).toContain('3 failed; the reasons are in out.jsonl.failed.jsonl.')
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(records.map(({ id }) => id))
    const failed = (await readFile(join(folder, 'out.jsonl.failed.jsonl'), 'utf8')).trim().split('\n')
    expect(failed.map((line) => JSON.parse(line))).toMatchObject([
      { ...long, error: { name: 'PineconeInvalidRequestError', status: 400 } },
      { id: 'empty', text: '', error: { message: 'the text is empty' } },
      { id: 'null', text: '', error: { message: 'the text is empty' } },
    ])
    // and can be embedded again from there
    const again = await run(folder, ['embed', 'out.jsonl.failed.jsonl', '-o', 'more.jsonl', ...SPARSE], env)
    expect(again.code).toBe(2)
    expect(again.stderr).toMatch(/^Embedded 1 record into /)
    expect(await idsIn(join(folder, 'more.jsonl'))).toEqual(['long'])
  })

  it('refuses a broken input before anything is sent or written', async () => {
    const { env, emulator } = await service()
    const folder = await folderOf({ 'in.jsonl': `${lines(passages(300))}{"id":"id-7","text":"again"}\n` })
    const { code, stderr } = await run(folder, ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE], env)
    expect(code).toBe(1)
    expect(stderr).toBe(`error: in.jsonl, line 301: has the id "id-7", as record 8 has; ids must be unique\n`)
    expect(emulator.requests).toHaveLength(0)
    expect(await readdir(folder)).toEqual(['in.jsonl'])
  })

  it('refuses an existing output before it reads the input', async () => {
    const folder = await folderOf({ 'in.jsonl': 'broken', 'out.jsonl': '' })
    const { code, stderr } = await run(folder, OFFLINE)
    expect(code).toBe(1)
    expect(stderr).toContain('error: out.jsonl exists already. Move it away, or give another --output.')
  })

  it.each([
    [['-o', 'out.csv', ...SPARSE], '--output out.csv has an unknown extension'],
    [['-o', 'out.jsonl', '--namespace', 'a', ...SPARSE], '--namespace goes with a folder'],
    [['-o', 'out/', '--namespace', 'a/b', ...SPARSE], '--namespace "a/b" cannot be the name of a folder'],
    [['-o', 'out/', '--namespace', '..', ...SPARSE], '--namespace ".." cannot be the name of a folder'],
    [['-o', 'in.jsonl', ...SPARSE], 'in.jsonl exists already'],
    [
      ['-o', 'out.jsonl', ...SPARSE, '--metadata-fields', 'text,titel'],
      'in.jsonl: no record has "titel", of --metadata-fields',
    ],
    [['-o', 'out.jsonl', '--model', 'llama-text-embed-v2', '--dimension', '7'], 'allowed: 384, 512'],
    [['-o', 'out.jsonl', '--model', 'bge-reranker-v2-m3'], 'bge-reranker-v2-m3 does not embed texts'],
    [
      ['-o', 'out.jsonl', ...SPARSE, '--sparse-model', 'pinecone-sparse-english-v0'],
      '--model pinecone-sparse-english-v0 makes sparse vectors; --sparse-model needs a --model',
    ],
    [
      ['-o', 'out.jsonl', ...DENSE, '--sparse-model', 'multilingual-e5-large', '--dry-run'],
      '--sparse-model multilingual-e5-large makes dense vectors; --sparse-model needs a --model',
    ],
    [
      ['-o', 'out.jsonl', '--model', 'bge-reranker-v2-m3', '--dry-run'],
      '--model bge-reranker-v2-m3 does not embed texts',
    ],
    [['-o', 'out.jsonl', ...SPARSE, '--metadata-fields', 'text,'], 'Allowed: names, separated by commas'],
    [['-o', 'out.jsonl', ...SPARSE, '--run', 'mine'], '--run needs --redis'],
  ])('refuses %j, says why and leaves nothing', async (args, reason) => {
    const folder = await folderOf({ 'in.jsonl': lines(passages(3)) })
    const { code, stderr } = await run(folder, ['embed', 'in.jsonl', ...args, '--offline'])
    expect([code, stderr]).toEqual([1, expect.stringContaining(reason)])
    expect(stderr).not.toContain('    at ')
    expect(await readdir(folder)).toEqual(['in.jsonl'])
  })

  it.runIf(process.platform === 'linux').each(['/proc/a.jsonl', '/proc/b/a.jsonl'])(
    'ends where no folder can be made: %s',
    async (output) => {
      const folder = await folderOf({ 'in.jsonl': lines(passages(3)) })
      const { code, stderr } = await run(folder, ['embed', 'in.jsonl', '-o', output, ...SPARSE, '--offline'])
      expect([code, stderr]).toEqual([1, expect.stringMatching(/error: ENOENT: .*, mkdir '\/proc\/.*'\n$/)])
    },
  )

  it.runIf(process.platform === 'linux')('says that the standard output is full, in a line', async () => {
    const folder = await folderOf({ 'in.jsonl': lines(passages(3)) })
    const args = ['embed', 'in.jsonl', '-o', '-', ...SPARSE, '--offline']
    const { code, stderr } = await runProcess(folder, args, {}, { stdout: '/dev/full' })
    expect([code, stderr.split('\n')]).toEqual([
      1,
      [
        expect.stringContaining('Offline'),
        expect.stringMatching(/^error: the standard output cannot be written: ENOSPC/),
        '',
      ],
    ])
  })

  it.skipIf(process.platform === 'win32')(
    'reads a pipe, given as a file or as the standard input',
    async () => {
      const folder = await folderOf({ 'in.jsonl': lines(passages(3)) })
      const command = [process.execPath, main, 'embed'].map((word) => `'${word}'`).join(' ')
      const options = [...SPARSE, '--offline'].join(' ')
      const script = `cat in.jsonl | ${command} - -o a.jsonl ${options}; ${command} <(cat in.jsonl) -o b.jsonl ${options}`
      await promisify(execFile)('bash', ['-c', script], { cwd: folder })
      for (const output of ['a.jsonl', 'b.jsonl']) {
        expect(await idsIn(join(folder, output))).toEqual(['id-0', 'id-1', 'id-2'])
      }
    },
  )

  it.skipIf(process.platform === 'win32')('numbers pipes in ids, whatever the shell calls them', async () => {
    const folder = await folderOf()
    const command = [process.execPath, main, 'embed'].map((word) => `'${word}'`).join(' ')
    const options = [...SPARSE, '--offline', '--input-format', 'text', '--input-name', 'notes'].join(' ')
    const script = `${command} <(echo one) <(echo two) -o out.jsonl ${options}`
    await promisify(execFile)('bash', ['-c', script], { cwd: folder })
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(['notes#1', 'notes-2#1'])
  })

  it.skipIf(process.platform === 'win32')('refuses a folder as the standard input', async () => {
    const folder = await folderOf()
    const args = ['embed', '-', '-o', 'out.jsonl', ...SPARSE, '--offline']
    const { code, stderr } = await runProcess(folder, args, {}, { stdin: '.' })
    expect([code, stderr]).toEqual([1, 'error: standard input: is a folder; give its name instead of -\n'])
    expect(await readdir(folder)).toEqual([])
  })

  it('is done though nobody reads what it says', async () => {
    const { env } = await service()
    const folder = await folderOf({ 'in.jsonl': lines(passages(500)) })
    const { child, ended } = start(folder, ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE], env)
    child.stderr.destroy()
    expect((await ended).code).toBe(0)
    expect(await idsIn(join(folder, 'out.jsonl'))).toHaveLength(500)
  })

  it('--dry-run counts and sends nothing, without a key', async () => {
    const folder = await folderOf({ 'in.jsonl': lines(passages(1000)) })
    const args = [
      'embed',
      'in.jsonl',
      '-o',
      'out.jsonl',
      ...SPARSE,
      '--dry-run',
      '--tokens-per-minute',
      '1000',
    ]
    const { code, stdout } = await run(folder, args)
    expect(code).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "Records   1,000
      Tokens    about 4,723 (four bytes each), pinecone-sparse-english-v0
      Requests  11
      Time      about 4 min 44 s at 1,000 tokens a minute
      Nothing was sent.
      "
    `)
    expect(await readdir(folder)).toEqual(['in.jsonl'])
    const { stdout: json } = await run(folder, [...args, '--json'])
    expect(JSON.parse(json)).toMatchObject({ event: 'estimate', records: 1000, requests: 11 })
  })

  it('--json gives events, the last with the result', async () => {
    const folder = await folderOf({ 'in.jsonl': lines(passages(100)) })
    const { stdout } = await run(folder, [
      'embed',
      'in.jsonl',
      '-o',
      'o.jsonl',
      ...SPARSE,
      '--offline',
      '--json',
    ])
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events[0]).toEqual({ event: 'message', message: expect.stringContaining('stand-ins') })
    expect(events[1]).toMatchObject({ event: 'progress', total: 100 })
    expect(events.at(-1)).toMatchObject({
      event: 'done',
      output: 'o.jsonl',
      embedded: 100,
      failed: 0,
      tokens: { 'pinecone-sparse-english-v0': expect.any(Number) },
      seconds: expect.toSatisfy((seconds: number) => String(seconds).length <= 6),
    })
  })
})

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
    emulator.faults.add(parseFaultRule('/embed#20-9999 status:401'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(5000)) })
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
        expect.stringMatching(/^Continuing after [\d,]+ records\.\nEmbedded 5,000 records/),
      ])
      expect(await readdir(folder)).toEqual(['in.jsonl', output, `${output}.record.jsonl`])
      expect(await idsIn(join(folder, output))).toEqual(passages(5000).map(({ id }) => id))
      expect(emulator.requests.length).toBeLessThan(53)
    },
  )

  it('is left where it is when the service fails altogether, and gives up nothing of the input', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed#20-9999 status:503,retry-after=0.01'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(5000)) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/; retrying\n.*error: .*503.*Stopped after 1,[\d,]+ records/s),
    ])
    emulator.faults.clear()
    expect((await run(folder, args, env)).code).toBe(0)
    expect(await readdir(folder)).toEqual(['in.jsonl', 'out.jsonl', 'out.jsonl.record.jsonl'])
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(5000).map(({ id }) => id))
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
    const folder = await folderOf({ 'in.jsonl': lines(passages(20_000)) })
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
    await vi.waitUntil(async () => (await written()).includes('"read":96,'), { timeout: 10_000 })
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
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(5000).map(({ id }) => id))
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
    expect([code, stderr]).toEqual([0, expect.stringContaining('Embedded 5,000 records')])
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(5000).map(({ id }) => id))
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
    const folder = await folderOf({ 'in.jsonl': lines(passages(5000)) })
    const { child, ended } = start(folder, ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE], env)
    child.stdin.end()
    await vi.waitUntil(() => emulator.requests.length > 0, { timeout: 10_000 })
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
    emulator.faults.add(parseFaultRule('/embed#20-9999 status:401'))
    const folder = await folderOf()
    const from = (records: readonly unknown[]) =>
      run(folder, ['embed', '-', '-o', 'out.jsonl', ...SPARSE], env, lines(records))
    expect((await from(passages(5000))).code).toBe(1)
    emulator.faults.clear()
    emulator.requests.length = 0
    const other = await from(passages(5000).toReversed())
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringMatching(/^error: The input differs in its first .*run the same command again/m),
    ])
    expect(other.stderr).not.toContain('Stopped after')
    expect(emulator.requests).toHaveLength(0)
    expect((await from(passages(5000).toReversed())).code).toBe(0)
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(
      passages(5000)
        .map(({ id }) => id)
        .toReversed(),
    )
    expect(emulator.requests.length).toBeLessThan(50)
    expect(await readdir(folder)).toEqual(['out.jsonl', 'out.jsonl.record.jsonl'])
  })

  it('does not write over an output that appears meanwhile, and is finished once that is moved away', async () => {
    const { env, emulator } = await service({ latency: 300 })
    const records = [{ id: 'empty', text: '' }, ...passages(1000)]
    const folder = await folderOf({ 'in.jsonl': lines(records) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    const { child, ended } = start(folder, args, env)
    child.stdin.end()
    await vi.waitUntil(() => emulator.requests.length > 0, { timeout: 10_000 })
    await writeFile(join(folder, 'out.jsonl'), 'precious')
    const refused = {
      code: 1,
      stdout: '',
      stderr:
        'error: out.jsonl has appeared since this run began. All is done, in out.jsonl.partial: ' +
        'move out.jsonl away and run the same command again.\n',
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
    const less = await from(3200)
    expect([less.code, less.stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error: The input had 5,000 records when this run began; now it has 3,200, or .* run the same command again/m,
      ),
    ])
    expect((await readdir(folder)).includes('out.jsonl')).toBe(false)
    expect((await from(5000)).code).toBe(0)
    expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(5000).map(({ id }) => id))
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
    await vi.waitUntil(() => emulator.requests.length > 0, { timeout: 10_000 })
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
      await vi.waitUntil(() => emulator.requests.length > 0, { timeout: 10_000 })
      const second = await run(folder, ['embed', 'in.jsonl', '-o', 'link/out.jsonl', ...SPARSE], env)
      expect(second.stderr).toContain('another process is writing link/out.jsonl')
      expect((await first.ended).code).toBe(0)
    },
  )
})

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s lets what is under way finish, says how to go on, and ends with %i',
    async (signal, code) => {
      const { env, emulator } = await service({ latency: 100 })
      const folder = await folderOf({ 'in.jsonl': lines(passages(5000)) })
      const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
      const { child, ended } = start(folder, args, env)
      await vi.waitUntil(() => emulator.requests.length > 10, { timeout: 10_000 })
      child.kill(signal)
      await once(child.stderr, 'data')
      const sent = emulator.requests.length
      const { stderr, ...end } = await ended
      expect(end.code).toBe(code)
      // nothing new but what was on its way when the signal was heard
      expect(emulator.requests.length).toBeLessThanOrEqual(sent + 8)
      expect(stderr).toMatch(
        /^Stopping: requests under way are finished first\. Ctrl-C again stops at once\.\nStopped after ([\d,]+) records\. Finished records are kept/,
      )
      const read = Number(/after ([\d,]+)/.exec(stderr)?.[1]?.replaceAll(',', ''))
      // all that was answered is kept
      expect(read).toBe(96 * emulator.requests.length)
      expect((await run(folder, args, env)).code).toBe(0)
      expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(5000).map(({ id }) => id))
    },
  )

  it('ends it at once while it asks what a model is', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/models/{model_name} stall:headers'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(3)) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', '--model', 'new-model']
    const { child, ended } = start(folder, args, env)
    await vi.waitUntil(() => emulator.requests.length > 0, { timeout: 10_000 })
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
    expect(await readdir(folder)).toEqual(['in.jsonl'])
  })

  it('given twice stops at once', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed#5-9999 stall:headers'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(5000)) })
    const { child, ended } = start(folder, ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE], env)
    await vi.waitUntil(() => emulator.requests.length > 10, { timeout: 10_000 })
    child.kill('SIGINT')
    await once(child.stderr, 'data')
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
  })
})
