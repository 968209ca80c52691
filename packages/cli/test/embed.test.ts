import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { DENSE, idsIn, lines, passages, SPARSE } from './records.js'
import { folderOf, main, run, runProcess, start } from './run-command.js'
import { service } from './service.js'

const OFFLINE = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE, '--offline']

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
    [['-o', 'out.jsonl', '--namespace', 'a', ...SPARSE], '--namespace needs a folder'],
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
      '--sparse-model multilingual-e5-large makes dense vectors; give a model that makes sparse ones',
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
