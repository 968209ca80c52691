import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Pinecone } from '@pinecone-database/pinecone'
import { describe, expect, it } from 'vitest'
import { folderOf, run, runProcess } from './run-command.js'
import { service } from './service.js'

const MODEL = ['--model', 'llama-text-embed-v2', '--dimension', '384'] as const

async function serviceWithIndex() {
  const { emulator, env } = await service({ indexes: [{ name: 'docs', dimension: 384 }] })
  const index = new Pinecone({ apiKey: 'any', controllerHostUrl: emulator.url }).index({
    host: `${emulator.url}/index/docs`,
  })
  return {
    env,
    ids: async () => ((await index.listPaginated()).vectors ?? []).map(({ id }) => id),
    /** Of the requests since the last call. */
    paidRequests: () => emulator.requests.splice(0).filter(({ path }) => path === '/embed').length,
  }
}

async function folderWith(files: Record<string, string>) {
  const folder = await folderOf()
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

describe('a second input of the same index', () => {
  it('leaves the records of the first alone, however either is spelt', async () => {
    const { env, ids, paidRequests } = await serviceWithIndex()
    const folder = await folderWith({ 'docs/index.md': 'Docs.', 'blog/index.md': 'Blog.' })
    const embed = (input: string, ...more: string[]) =>
      run(folder, ['embed', input, '--upsert', 'docs', ...MODEL, ...more], env)
    expect((await embed('docs/')).code).toBe(0)
    expect(paidRequests()).toBe(1)

    const clash = '"index.md#1" of blog is also an id of docs'
    const { code, stderr } = await embed('blog', '--cleanup', 'full')
    expect([code, stderr]).toEqual([1, expect.stringContaining(clash)])
    expect(paidRequests()).toBe(0)

    expect((await embed('./blog', '--id-prefix', 'blog/', '--cleanup', 'full')).code).toBe(0)
    expect(await ids()).toEqual(['blog/index.md#1', 'index.md#1'])
    expect((await embed(join(folder, 'docs'), '--cleanup', 'full')).stderr).toContain('Embedded 0 records')
    expect(await ids()).toEqual(['blog/index.md#1', 'index.md#1'])
  })

  it('is refused from the standard input, too', async () => {
    const { env, paidRequests } = await serviceWithIndex()
    const folder = await folderOf({ 'in.jsonl': '{"id":"a","text":"one"}\n' })
    const args = ['--upsert', 'docs', ...MODEL]
    expect((await run(folder, ['embed', 'in.jsonl', ...args], env)).code).toBe(0)
    paidRequests()
    const { code, stderr } = await run(folder, ['embed', '-', ...args], env, '{"id":"a","text":"two"}\n')
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('"a" of the standard input is also an id of in.jsonl'),
    ])
    expect(paidRequests()).toBe(0)
  })

  it.each([
    [['--input-format', 'markdown'], 'so its ids would be stdin#1'],
    [['--input-format', 'lines', '--ids', 'line'], 'so its ids would be stdin#1'],
    [['--input-format', 'lines', '--ids', 'hash', '--cleanup', 'full'], 'and --cleanup full deletes'],
  ])('cannot be excluded for an input without a name, which is asked for: %j', async (options, reason) => {
    const { env, ids, paidRequests } = await serviceWithIndex()
    const folder = await folderOf()
    const args = ['embed', '-', '--upsert', 'docs', ...MODEL, ...options]
    const { code, stderr } = await run(folder, args, env, 'One.')
    expect([code, stderr]).toEqual([1, expect.stringContaining(reason)])
    expect(paidRequests()).toBe(0)
    expect((await run(folder, [...args, '--input-name', 'one'], env, 'One.')).code).toBe(0)
    expect((await run(folder, [...args, '--input-name', 'two'], env, 'Two.')).code).toBe(0)
    expect(await ids()).toHaveLength(2)
  })

  it('is the first one where that has moved together with its record, or it is told', async () => {
    const { env, paidRequests } = await serviceWithIndex()
    const folder = await folderWith({ 'here/docs/a.md': 'One.' })
    const embed = (place: string, input: string, ...more: string[]) =>
      run(join(folder, place), ['embed', input, '--upsert', 'docs', ...MODEL, ...more], env)
    await embed('here', 'docs')
    await rename(join(folder, 'here'), join(folder, 'there'))
    paidRequests()
    expect((await embed('there', join(folder, 'there/docs'))).stderr).toContain('Embedded 0 records')
    await rename(join(folder, 'there/docs'), join(folder, 'there/guide'))
    expect((await embed('there', 'guide', '--input-name', 'docs')).stderr).toContain('Embedded 0 records')
    expect(paidRequests()).toBe(0)
  })
})

it('a file of vectors is of one input', async () => {
  const { env, paidRequests } = await serviceWithIndex()
  const folder = await folderWith({ 'docs/index.md': 'Docs.', 'blog/index.md': 'Blog.' })
  const embed = (input: string, ...more: string[]) =>
    run(folder, ['embed', input, '-o', 'out.jsonl', ...MODEL, ...more], env)
  expect((await embed('docs')).code).toBe(0)
  const before = await readFile(join(folder, 'out.jsonl'), 'utf8')
  paidRequests()
  const { code, stderr } = await embed('blog')
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('out.jsonl was made from docs, which blog would replace: give another --output'),
  ])
  expect([paidRequests(), await readFile(join(folder, 'out.jsonl'), 'utf8')]).toEqual([0, before])
  await writeFile(join(folder, 'docs/index.md'), ' ')
  await writeFile(join(folder, 'docs/more.md'), 'More.')
  await cp(join(folder, 'docs'), join(folder, 'copy'), { recursive: true })
  expect((await embed('copy', '--input-name', 'docs')).stderr).toContain(
    'Deleted 1 record that the input no longer has',
  )
})

it('a dry run says what would be deleted and what would stay', async () => {
  const { env } = await serviceWithIndex()
  const folder = await folderWith({ 'docs/a.md': 'One.', 'docs/b.md': 'Two.', 'docs/c.md': 'Three.' })
  const args = ['embed', 'docs', '--upsert', 'docs', ...MODEL]
  await run(folder, args, env)
  await rm(join(folder, 'docs/a.md'))
  await writeFile(join(folder, 'docs/b.md'), '')
  const incremental = await run(folder, [...args, '--dry-run', '--json'], env)
  expect(JSON.parse(incremental.stdout)).toMatchObject({ unchanged: 1, deleted: 1, left: 1 })
  const full = await run(folder, [...args, '--dry-run', '--cleanup', 'full'], env)
  expect(full.stdout).toContain('Deleted   2, which the input no longer has\n')
})

describe('an input whose documents', () => {
  const args = ['embed', 'docs', '--upsert', 'docs', ...MODEL]

  it('have all lost their text loses its records, as the dry run says', async () => {
    const { env, ids, paidRequests } = await serviceWithIndex()
    const folder = await folderWith({ 'docs/a.md': 'One.', 'docs/b.md': 'Two.', 'docs/c.md': 'Three.' })
    await run(folder, args, env)
    paidRequests()
    await writeFile(join(folder, 'docs/a.md'), '')
    await writeFile(join(folder, 'docs/b.md'), ' \n')
    await rm(join(folder, 'docs/c.md'))
    const dry = await run(folder, [...args, '--dry-run', '--json'], env)
    expect(JSON.parse(dry.stdout)).toMatchObject({ records: 0, deleted: 2, left: 1 })
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^Embedded 0 records .*\nDeleted 2 records .*\nLeft 1 record .*: c\.md#1;.*\n$/),
    ])
    expect([await ids(), paidRequests()]).toEqual([['c.md#1'], 0])
    expect((await run(folder, [...args, '--cleanup', 'full'], env)).code).toBe(0)
    expect(await ids()).toEqual([])
  })

  it.each([[], ['--dry-run']])('are all gone is refused, and its records stay: %j', async (...more) => {
    const { env, ids } = await serviceWithIndex()
    const folder = await folderWith({ 'docs/a.md': 'One.' })
    await run(folder, args, env)
    await rm(join(folder, 'docs/a.md'))
    const { code, stderr } = await run(folder, [...args, '--cleanup', 'full', ...more], env)
    expect([code, stderr.split('\n')]).toEqual([
      1,
      [
        'error: docs: has no document that can be read, such as Markdown, text or HTML',
        'Nothing was deleted from docs, in case this is the wrong input. To empty the index, delete the namespace and docs.upserted.jsonl.',
        '',
      ],
    ])
    expect(await ids()).toEqual(['a.md#1'])
  })
})

describe('an input whose records', () => {
  const line = (id: string, text: string) => `${JSON.stringify({ id, text })}\n`
  const args = ['--upsert', 'docs', ...MODEL]

  it('have all lost their text loses them, as the dry run says', async () => {
    const { env, ids } = await serviceWithIndex()
    const folder = await folderOf({ 'in.jsonl': line('a', 'One.') })
    await run(folder, ['embed', 'in.jsonl', ...args], env)
    await writeFile(join(folder, 'in.jsonl'), line('a', ''))
    const dry = await run(folder, ['embed', 'in.jsonl', ...args, '--dry-run', '--json'], env)
    expect(JSON.parse(dry.stdout)).toMatchObject({ records: 1, empty: 1, deleted: 1, left: 0 })
    const { code, stderr } = await run(folder, ['embed', 'in.jsonl', ...args], env)
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('Deleted 1 record that the input no longer has'),
    ])
    expect(await ids()).toEqual([])
  })

  it('are all refused keeps them, and nothing is said to be finished', async () => {
    const { env, ids } = await serviceWithIndex()
    const strict = [...args, '--truncate', 'NONE']
    const folder = await folderOf({ 'in.jsonl': line('a', 'One.') + line('b', 'Two.') })
    await run(folder, ['embed', 'in.jsonl', ...strict], env)
    await writeFile(join(folder, 'in.jsonl'), line('a', 'harbour '.repeat(20_000)) + line('b', ''))
    const { code, stderr } = await run(folder, ['embed', 'in.jsonl', ...strict], env)
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: none of 2 records could be embedded; the last error: .*$/m),
    ])
    expect(stderr).not.toContain('Finished records')
    expect(await ids()).toEqual(['a', 'b'])
  })

  it('are all gone is refused, also from the standard input', async () => {
    const { env, ids } = await serviceWithIndex()
    const folder = await folderOf()
    await run(folder, ['embed', '-', ...args], env, line('a', 'One.'))
    const { code, stderr } = await run(folder, ['embed', '-', ...args], env)
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: standard input: has no records\nNothing was deleted from docs, .*\n$/),
    ])
    expect(await ids()).toEqual(['a'])
  })
})

describe('a record file that cannot be written', () => {
  const records = Array.from(
    { length: 40 },
    (_, i) => `${JSON.stringify({ id: `id-${i}`, text: `${i}` })}\n`,
  ).join('')

  it('ends the run before anything is paid for', async () => {
    const { env, ids, paidRequests } = await serviceWithIndex()
    const folder = await folderOf({ 'in.jsonl': records })
    const args = ['embed', 'in.jsonl', '--upsert', 'docs', ...MODEL]
    const { code, stderr } = await runProcess(folder, args, env, { fileBlocks: 0 })
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/nothing was sent, .* cannot be written: EFBIG.*--record names another file/),
    ])
    expect([paidRequests(), await ids()]).toEqual([0, []])
  })

  it('ends it in the middle with what is in the index, and the next run does the rest', async () => {
    const { env, ids } = await serviceWithIndex()
    const folder = await folderOf({ 'in.jsonl': records })
    const args = ['embed', 'in.jsonl', '--upsert', 'docs', ...MODEL]
    const stopped = await runProcess(folder, args, env, { fileBlocks: 4 })
    expect([stopped.code, stopped.stderr]).toEqual([
      1,
      expect.stringContaining(
        'The index has the 0 records that docs.upserted.jsonl lists, and perhaps 40 more, which the next run upserts again.',
      ),
    ])
    expect(await ids()).toHaveLength(40)
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([0, expect.stringContaining('Embedded 40 records into docs')])
  })
})

it('a file of vectors of another model than those of the index is refused', async () => {
  const { env } = await serviceWithIndex()
  const folder = await folderOf({ 'in.jsonl': '{"id":"a","text":"one"}\n' })
  const embed = (output: string, ...more: string[]) =>
    run(folder, ['embed', 'in.jsonl', '-o', output, ...MODEL, ...more], env)
  await embed('passages.jsonl')
  await embed('queries.jsonl', '--input-type', 'query')
  const upsert = (file: string) => run(folder, ['upsert', file, '--index', 'docs'], env)
  expect((await upsert('passages.jsonl')).code).toBe(0)
  const { code, stderr } = await upsert('queries.jsonl')
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('a different --input-type ("passage", now "query")'),
  ])
})

it('records that could not be embedded may be retried from their file, beside the others', async () => {
  const { env, ids } = await serviceWithIndex()
  const lines = (...texts: string[]) =>
    texts.map((text, i) => `${JSON.stringify({ id: `a#${i + 1}`, text })}\n`).join('')
  const folder = await folderOf({ 'in.jsonl': lines('one', '', 'three') })
  const embed = (input: string) => run(folder, ['embed', input, '--upsert', 'docs', ...MODEL], env)
  expect((await embed('in.jsonl')).code).toBe(2)
  const failed = join(folder, 'docs.upserted.failed.jsonl')
  await writeFile(failed, (await readFile(failed, 'utf8')).replace('"text":""', '"text":"two"'))
  expect((await embed('docs.upserted.failed.jsonl')).code).toBe(0)
  expect(await ids()).toEqual(['a#1', 'a#2', 'a#3'])
  await writeFile(join(folder, 'in.jsonl'), lines('one', 'two', 'three'))
  expect((await embed('in.jsonl')).stderr).toContain('Embedded 0 records')
})

describe('several inputs in one command', () => {
  it('are cleaned up by a command that has them all', async () => {
    const { env, ids } = await serviceWithIndex()
    const folder = await folderWith({
      'a.jsonl': '{"id":"a1","text":"one"}\n{"id":"a2","text":"two"}\n',
      'b.jsonl': '{"id":"b1","text":"bee"}\n',
    })
    const embed = (...inputs: string[]) =>
      run(folder, ['embed', ...inputs, '--upsert', 'docs', ...MODEL, '--cleanup', 'full'], env)
    expect((await embed('a.jsonl', 'b.jsonl')).code).toBe(0)
    await writeFile(join(folder, 'a.jsonl'), '{"id":"a1","text":"one"}\n')
    const { code, stderr } = await embed('a.jsonl')
    expect(code).toBe(0)
    expect(stderr).not.toContain('Deleted')
    expect(await ids()).toEqual(['a1', 'a2', 'b1'])
    expect((await embed('b.jsonl', 'a.jsonl')).stderr).toContain('Deleted 1 record')
    expect(await ids()).toEqual(['a1', 'b1'])
  })
})

describe('the record of an index', () => {
  it('never replaces another file', async () => {
    const { env, paidRequests } = await serviceWithIndex()
    const mine = '{"important":"my only copy"}\n'
    const folder = await folderWith({ 'in.jsonl': '{"id":"a","text":"one"}\n', 'notes.jsonl': mine })
    const embed = (record: string) =>
      run(folder, ['embed', 'in.jsonl', '--upsert', 'docs', ...MODEL, '--record', record], env)
    expect((await run(folder, ['embed', 'in.jsonl', '-o', 'v.jsonl', ...MODEL], env)).code).toBe(0)
    paidRequests()
    for (const other of ['notes.jsonl', 'in.jsonl', 'v.jsonl', 'v.jsonl.record.jsonl', '.']) {
      const { code, stderr } = await embed(other)
      expect([code, stderr], other).toEqual([1, expect.stringMatching(/is not a (record|file)/)])
    }
    expect(await readFile(join(folder, 'notes.jsonl'), 'utf8')).toBe(mine)
    expect(paidRequests()).toBe(0)
  })

  it.each([
    ['its first line', 0],
    ['a line in the middle', 1],
  ])('is refused, and not replaced, where it is damaged: %s', async (_, at) => {
    const { env, paidRequests } = await serviceWithIndex()
    const folder = await folderWith({ 'docs/1.md': 'One.', 'docs/2.md': 'Two.' })
    const embed = (...more: string[]) =>
      run(folder, ['embed', 'docs', '--upsert', 'docs', ...MODEL, '--cleanup', 'full', ...more], env)
    expect((await embed()).code).toBe(0)
    const record = join(folder, 'docs.upserted.jsonl')
    const lines = (await readFile(record, 'utf8')).split('\n')
    const damaged = lines.toSpliced(at, 0, '<<<<<<< HEAD').join('\n')
    await writeFile(record, damaged)
    await rm(join(folder, 'docs/1.md'))
    paidRequests()
    for (const more of [[], ['--dry-run']]) {
      const { code, stderr } = await embed(...more)
      expect([code, stderr]).toEqual([1, expect.stringContaining('damaged')])
    }
    expect(await readFile(record, 'utf8')).toBe(damaged)
    expect(paidRequests()).toBe(0)

    // A last line that is cut was being written when the process was killed.
    await writeFile(record, lines.join('\n').slice(0, -20))
    expect((await embed()).code).toBe(0)
  })
})
