import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pinecone } from '@pinecone-database/pinecone'
import type { EmulatorOptions } from '@pinecone-inference/emulator'
import { describe, expect, it } from 'vitest'
import { checkedLine } from '../src/embed/output/journal.js'
import { SPARSE } from './records.js'
import { folderOf, run, runProcess, start } from './run-command.js'
import { service } from './service.js'

const MODEL = ['--model', 'llama-text-embed-v2', '--dimension', '384'] as const

/** The service with an index, and what the official SDK finds in it. */
async function serviceWithIndex(options: EmulatorOptions = { indexes: [{ name: 'docs', dimension: 384 }] }) {
  const { emulator, env } = await service(options)
  const sdk = new Pinecone({ apiKey: 'any', controllerHostUrl: emulator.url })
  const index = sdk.index({ host: `${emulator.url}/index/docs` })
  return {
    emulator,
    env,
    index,
    async ids(namespace = ''): Promise<string[]> {
      const ids: string[] = []
      for (let paginationToken: string | undefined; ; ) {
        const page = await index
          .namespace(namespace)
          .listPaginated({ limit: 1000, ...(paginationToken ? { paginationToken } : {}) })
        ids.push(...(page.vectors ?? []).map(({ id }) => id ?? ''))
        paginationToken = page.pagination?.next
        if (!paginationToken) return ids
      }
    },
    /** Texts that were sent to be embedded. */
    embeddedTexts: (): string[] =>
      emulator.requests
        .filter(({ path }) => path === '/embed')
        .flatMap(({ body }) => (body as { inputs: { text: string }[] }).inputs.map(({ text }) => text)),
  }
}

/** Documents of paragraphs, each long enough to be a passage of its own. */
const paragraph = (about: string) => `${about} `.repeat(100)
const document = (...abouts: string[]) => abouts.map(paragraph).join('\n\n')

async function folderOfDocuments(documents: Record<string, string>) {
  const folder = await folderOf()
  await mkdir(join(folder, 'docs'))
  for (const [name, text] of Object.entries(documents)) await writeFile(join(folder, 'docs', name), text)
  return folder
}

const SPLIT = ['--passage-size', '1500', '--passage-overlap', '0'] as const
const jsonl = (count: number, text = (i: number) => `passage ${i}`) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify({ id: `id-${i}`, text: text(i) })}\n`).join('')

describe('pinecone-inference embed --upsert', () => {
  it('finds the record for which the index refuses a request, and upserts the others', async () => {
    const { env, emulator, ids, embeddedTexts } = await serviceWithIndex()
    // all three, then the first two, then the last one
    for (const call of [1, 3]) {
      emulator.faults.add({ route: '/vectors/upsert', call, fault: { kind: 'status', status: 400 } })
    }
    const folder = await folderOf({ 'in.jsonl': jsonl(3) })
    const args = ['embed', 'in.jsonl', '--upsert', 'docs', ...MODEL]
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^Embedded 2 records into docs .*\n1 failed; the reasons are in docs\.upserted\.failed\.jsonl\.\n$/s,
      ),
    ])
    expect(await ids()).toEqual(['id-0', 'id-1'])
    const failed = JSON.parse(await readFile(join(folder, 'docs.upserted.failed.jsonl'), 'utf8'))
    expect(failed).toMatchObject({ id: 'id-2', text: 'passage 2', error: { status: 400 } })

    emulator.requests.length = 0
    expect((await run(folder, args, env)).code).toBe(0)
    expect(embeddedTexts()).toEqual(['passage 2'])
    expect(await ids()).toEqual(['id-0', 'id-1', 'id-2'])
  })

  it('fills an index, and brings it up to date when it is run again', async () => {
    const { env, emulator, index, ids, embeddedTexts } = await serviceWithIndex()
    const folder = await folderOfDocuments({
      'changed.md': document('first topic', 'second topic', 'third topic'),
      'gone.md': 'About to go.',
      'same.md': 'Stays as it is.',
    })
    const args = ['embed', 'docs/', '--upsert', 'docs', ...MODEL, ...SPLIT]
    const first = await run(folder, args, env)
    expect([first.code, first.stderr]).toEqual([0, expect.stringMatching(/^Embedded 5 records into docs in/)])
    expect(await ids()).toEqual(['changed.md#1', 'changed.md#2', 'changed.md#3', 'gone.md#1', 'same.md#1'])
    const { records } = await index.fetch({ ids: ['same.md#1'] })
    expect(records['same.md#1']).toMatchObject({ metadata: { source: 'same.md', text: 'Stays as it is.' } })

    emulator.requests.length = 0
    await writeFile(join(folder, 'docs/changed.md'), document('first topic', 'another topic'))
    await rm(join(folder, 'docs/gone.md'))
    const second = await run(folder, args, env)
    expect(second.stderr).toMatch(/^Of 3 records, 2 are already in the index, unchanged.\n/)
    expect(second.stderr).toContain('Embedded 1 record into docs')
    expect(second.stderr).toContain('Deleted 1 record that the input no longer has.')
    expect(second.stderr).toContain('Left 1 record that the input no longer has: gone.md#1; --cleanup full')
    expect(embeddedTexts()).toEqual([expect.stringContaining('another topic')])
    expect(await ids()).toEqual(['changed.md#1', 'changed.md#2', 'gone.md#1', 'same.md#1'])

    emulator.requests.length = 0
    const third = await run(folder, [...args, '--cleanup', 'full', '--json'], env)
    expect(JSON.parse(third.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'done',
      output: 'docs',
      embedded: 0,
      unchanged: 3,
      deleted: 1,
      gone: [],
    })
    expect(embeddedTexts()).toEqual([])
    expect(await ids()).toEqual(['changed.md#1', 'changed.md#2', 'same.md#1'])
  })

  it('keeps namespaces apart, and deletes nothing where that is wanted, or records were left out', async () => {
    const { env, ids } = await serviceWithIndex()
    const folder = await folderOf({ 'in.jsonl': jsonl(3) })
    const args = ['--upsert', 'docs', ...MODEL, '--namespace', 'a/b']
    expect((await run(folder, ['embed', 'in.jsonl', ...args], env)).code).toBe(0)
    expect([await ids(), await ids('a/b')]).toEqual([[], ['id-0', 'id-1', 'id-2']])

    const limited = await run(folder, ['embed', 'in.jsonl', ...args, '--limit', '1'], env)
    expect(limited.stderr).not.toContain('no longer')
    await writeFile(join(folder, 'in.jsonl'), `${jsonl(1)}{"id":"id-1"}\n`)
    const aside = await run(folder, ['embed', 'in.jsonl', ...args, '--skip-bad', '--cleanup', 'full'], env)
    expect([aside.code, await ids('a/b')]).toEqual([2, ['id-0', 'id-1', 'id-2']])
    const refused = await run(
      folder,
      ['embed', 'in.jsonl', ...args, '--limit', '1', '--cleanup', 'full'],
      env,
    )
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('cannot be used with --limit'),
    ])

    await writeFile(join(folder, 'in.jsonl'), jsonl(1))
    const none = await run(folder, ['embed', 'in.jsonl', ...args, '--cleanup', 'none'], env)
    expect(none.stderr).toContain('Left 2 records that the input no longer has: id-1, id-2')
  })

  it('says beforehand what a run would embed', async () => {
    const { env, emulator } = await serviceWithIndex()
    const folder = await folderOf({ 'in.jsonl': jsonl(3) })
    const args = ['embed', 'in.jsonl', '--upsert', 'docs', ...MODEL]
    await run(folder, args, env)
    emulator.requests.length = 0
    await writeFile(join(folder, 'in.jsonl'), jsonl(5))
    const { stdout } = await run(folder, [...args, '--dry-run', '--json'], env)
    expect(JSON.parse(stdout)).toMatchObject({ records: 5, unchanged: 3, requests: 1 })
    expect(emulator.requests).toEqual([])
  })

  it('puts dense and sparse vectors side by side', async () => {
    const indexes = [{ name: 'docs', dimension: 384, metric: 'dotproduct' }] as const
    const { env, index } = await serviceWithIndex({ indexes })
    const folder = await folderOf({ 'in.jsonl': jsonl(2) })
    const models = [...MODEL, '--sparse-model', 'pinecone-sparse-english-v0']
    expect((await run(folder, ['embed', 'in.jsonl', '--upsert', 'docs', ...models], env)).code).toBe(0)
    const { records } = await index.fetch({ ids: ['id-1'] })
    expect(records['id-1']?.values).toHaveLength(384)
    expect(records['id-1']?.sparseValues?.indices?.length).toBeGreaterThan(0)
  })

  it('keeps a request within 1,000 records and 2 MB', async () => {
    const { env, emulator, ids } = await serviceWithIndex()
    const folder = await folderOf({ 'in.jsonl': jsonl(1_500) })
    expect((await run(folder, ['embed', 'in.jsonl', '--upsert', 'docs', ...MODEL], env)).code).toBe(0)
    expect(await ids()).toHaveLength(1_500)
    const bytes = emulator.requests
      .filter(({ path }) => path.endsWith('/upsert'))
      .map(({ headers }) => Number(headers['content-length']))
    expect(Math.max(...bytes)).toBeLessThanOrEqual(2_000_000)
    expect(Math.max(...bytes)).toBeGreaterThan(1_500_000)
  })

  it('tries again after a limit, a failure and a cut connection', async () => {
    const { env, emulator, ids } = await serviceWithIndex()
    emulator.faults.add(
      { route: '/indexes/{index_name}', times: 1, fault: { kind: 'status', status: 503 } },
      { route: '/vectors/upsert', call: 1, fault: { kind: 'status', status: 429, retryAfter: 0 } },
      { route: '/vectors/upsert', call: 2, fault: { kind: 'reset' } },
      { route: '/vectors/upsert', call: 3, fault: { kind: 'cut', bytes: 3 } },
    )
    const folder = await folderOf({ 'in.jsonl': jsonl(10) })
    expect((await run(folder, ['embed', 'in.jsonl', '--upsert', 'docs', ...MODEL], env)).code).toBe(0)
    expect(await ids()).toHaveLength(10)
    expect(emulator.requests.filter(({ path }) => path.endsWith('/upsert'))).toHaveLength(4)
  })

  it('keeps finished records when the index fails, and resumes from there', async () => {
    const { env, emulator, ids } = await serviceWithIndex()
    emulator.faults.add({
      route: '/vectors/upsert',
      call: [2, 1_000],
      fault: { kind: 'status', status: 429, retryAfter: 600, message: 'too much for this month' },
    })
    const folder = await folderOf({ 'in.jsonl': jsonl(1_200) })
    const args = ['embed', 'in.jsonl', '--upsert', 'docs', ...MODEL]
    const stopped = await run(folder, args, env)
    expect([stopped.code, stopped.stderr]).toEqual([
      3,
      expect.stringMatching(
        /error: POST .*429 too much for this month \(1 attempt\)\nStopped .*the same command/s,
      ),
    ])
    const kept = (await ids()).length
    expect(kept).toBeGreaterThan(0)
    emulator.faults.clear()
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(`Of 1,200 records, ${kept} are already in the index`),
    ])
    expect(await ids()).toHaveLength(1_200)
  })

  it('writes what cannot be embedded to a file, with the reason', async () => {
    const { env } = await serviceWithIndex()
    const folder = await folderOf({ 'in.jsonl': jsonl(3, (i) => (i === 1 ? '' : `passage ${i}`)) })
    const args = ['embed', 'in.jsonl', '--upsert', 'docs', ...MODEL]
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('1 failed; the reasons are in docs.upserted.failed.jsonl.'),
    ])
    const failed = join(folder, 'docs.upserted.failed.jsonl')
    expect(JSON.parse(await readFile(failed, 'utf8'))).toMatchObject({ id: 'id-1', error: {} })
    await writeFile(join(folder, 'in.jsonl'), jsonl(3))
    expect((await run(folder, args, env)).code).toBe(0)
    await expect(readFile(failed)).rejects.toThrow('ENOENT')
  })

  it('needs no service with --offline, and keeps no record then', async () => {
    const folder = await folderOf({ 'in.jsonl': jsonl(3) })
    const args = ['embed', 'in.jsonl', '--upsert', 'docs', ...SPARSE, '--offline']
    for (const _ of [1, 2]) {
      const { code, stderr } = await run(folder, args)
      expect([code, stderr]).toEqual([0, expect.stringContaining('Embedded 3 records into docs')])
    }
    await expect(readFile(join(folder, 'docs.upserted.jsonl'))).rejects.toThrow('ENOENT')
  })
})

describe('pinecone-inference upsert', () => {
  it('puts the parts in a folder into an index, one after another', async () => {
    const { env, ids } = await serviceWithIndex()
    const folder = await folderOf({ 'in.jsonl': jsonl(1_200) })
    const embedded = ['embed', 'in.jsonl', '-o', 'imp/', '--part-size', '1']
    expect((await run(folder, [...embedded, ...MODEL], env)).code).toBe(0)
    const { code, stderr } = await run(folder, ['upsert', 'imp/__default__', '--index', 'docs'], env)
    const lines = stderr.trimEnd().split('\n')
    expect([code, lines]).toEqual([
      0,
      [
        expect.stringMatching(/^Upserted [\d,]+ records of imp\/__default__\/0\.parquet into docs\.$/),
        expect.stringMatching(/^Upserted [\d,]+ records of imp\/__default__\/1\.parquet into docs\.$/),
      ],
    ])
    expect(await ids()).toHaveLength(1_200)

    const outside = await run(folder, ['upsert', 'imp/', '--index', 'docs'], env)
    expect([outside.code, outside.stderr]).toEqual([1, expect.stringContaining('give that of a namespace')])
  })

  it.each([
    ['vectors.jsonl', []],
    ['vectors.jsonl', ['--layout', 'documents']],
    ['vectors.parquet', []],
  ])(
    'puts a file into an index, and only what is not there yet when it is run again: %s %j',
    async (file, layout) => {
      const { env, emulator, index, ids } = await serviceWithIndex()
      const folder = await folderOf({
        'in.jsonl': `${jsonl(20)}{"id":"last","text":"a passage","metadata":{"tags":["a"],"year":1999}}\n`,
      })
      await run(folder, ['embed', 'in.jsonl', '-o', file, ...layout, ...MODEL], env)
      const args = ['upsert', file, '--index', 'docs']
      emulator.faults.add({ route: '/vectors/upsert', call: 1, fault: { kind: 'reset' } })
      const first = await run(folder, args, env)
      expect([first.code, first.stderr]).toEqual([0, `Upserted 21 records of ${file} into docs.\n`])
      expect(await ids()).toHaveLength(21)
      const { records } = await index.fetch({ ids: ['last'] })
      expect(records.last).toMatchObject({ metadata: { tags: ['a'], year: 1999 } })
      expect(records.last?.values).toHaveLength(384)
      const second = await run(folder, args, env)
      expect(second.stderr).toBe(`Upserted 0 records of ${file} into docs; 21 were there already.\n`)
    },
  )

  it('sends nothing of a file that the index would not take', async () => {
    const { env, emulator, ids } = await serviceWithIndex()
    const folder = await folderOf({
      'other.jsonl': '{"id":"a","values":[1,2]}\n',
      'twice.jsonl': '{"id":"a","values":[1,2]}\n{"id":"a","values":[1,2]}\n',
    })
    for (const [file, message] of [
      ['other.jsonl', 'the index docs has vectors of 384 numbers, and other.jsonl 2'],
      ['twice.jsonl', 'twice.jsonl, line 2: has the id "a"'],
    ] as const) {
      const { code, stderr } = await run(folder, ['upsert', file, '--index', 'docs'], env)
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
    }
    expect([await ids(), emulator.requests.filter(({ path }) => path.endsWith('/upsert'))]).toEqual([[], []])
  })
})

describe('embed --upsert refuses before anything is paid', () => {
  it.each([
    [
      { name: 'docs', dimension: 1024 },
      MODEL,
      'has vectors of 1024 numbers, and llama-text-embed-v2 384; --dimension 1024',
    ],
    [{ name: 'other', dimension: 384 }, MODEL, 'there is no index docs; the project has other'],
  ])('an index that does not fit: %j', async (index, model, message) => {
    const { env, embeddedTexts } = await serviceWithIndex({ indexes: [index] })
    const folder = await folderOf({ 'in.jsonl': jsonl(3) })
    const { code, stderr } = await run(folder, ['embed', 'in.jsonl', '--upsert', 'docs', ...model], env)
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
    expect(embeddedTexts()).toEqual([])
  })

  it('another model than that of the vectors that are there', async () => {
    const { env } = await serviceWithIndex()
    const folder = await folderOf({ 'in.jsonl': jsonl(3) })
    const args = ['embed', 'in.jsonl', '--upsert', 'docs']
    await run(folder, [...args, ...MODEL], env)
    const { code, stderr } = await run(folder, [...args, ...MODEL, '--input-type', 'query'], env)
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('filled with a different --input-type ("passage", now "query")'),
    ])
  })

  it('an index that no longer has what the record says', async () => {
    const { env, index } = await serviceWithIndex()
    const folder = await folderOf({ 'in.jsonl': jsonl(3) })
    const args = ['embed', 'in.jsonl', '--upsert', 'docs', ...MODEL]
    await run(folder, args, env)
    await index.deleteAll()
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([1, expect.stringContaining('none of the last 3 is there')])
  })

  it('a missing SDK, saying how to install it', async () => {
    const { env, embeddedTexts } = await serviceWithIndex()
    const folder = await folderOf({
      'in.jsonl': jsonl(3),
      'hide.cjs': `const Module = require('node:module')
        const resolve = Module._resolveFilename
        Module._resolveFilename = (name, ...rest) => {
          if (name.startsWith('@pinecone-database/')) throw Object.assign(new Error('hidden'), { code: 'MODULE_NOT_FOUND' })
          return resolve(name, ...rest)
        }`,
    })
    const { code, stderr } = await runProcess(folder, ['embed', 'in.jsonl', '--upsert', 'docs', ...MODEL], {
      ...env,
      NODE_OPTIONS: `--require ${join(folder, 'hide.cjs')}`,
    })
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /@pinecone-database\/pinecone, which is not installed: npm install @pinecone-database/,
      ),
    ])
    expect(embeddedTexts()).toEqual([])
  })

  it('options that do not go together', async () => {
    const folder = await folderOf({ 'in.jsonl': jsonl(1) })
    for (const [options, message] of [
      [['-o', 'out.jsonl', '--upsert', 'docs'], 'give either --output or --upsert'],
      [['-o', 'out.jsonl', '--record', 'a.jsonl'], '--record needs --upsert'],
      [['-o', '-', '--cleanup', 'full'], '--cleanup needs --upsert, or a file as --output'],
      [['--upsert', 'docs', '--redis', 'redis://localhost:1'], 'cannot be used with --redis'],
      [['--upsert', 'Docs'], 'the name of an index'],
    ] as const) {
      const { code, stderr } = await run(folder, ['embed', 'in.jsonl', ...MODEL, ...options])
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
    }
  })
})

describe('embed --upsert, killed at random moments', () => {
  it('lists nothing that the index does not have, and resumes to the end', async () => {
    const RECORDS = 3_000
    const { env, emulator, ids } = await serviceWithIndex({
      indexes: [{ name: 'docs' }],
      latency: 20,
      errorRate: 0.03,
      seed: 5,
    })
    emulator.faults.add({ route: '/vectors/upsert', probability: 0.1, fault: { kind: 'reset' } })
    const folder = await folderOf({ 'in.jsonl': jsonl(RECORDS) })
    const args = ['embed', 'in.jsonl', '--upsert', 'docs', ...SPARSE]
    const record = join(folder, 'docs.upserted.jsonl')
    let claimed = 0
    for (let kill = 0; kill < 4; kill++) {
      const { child, ended } = start(folder, args, env)
      child.stdin.end()
      // as soon as it has got further than the one before
      const upserts = () => emulator.requests.filter(({ path }) => path.endsWith('/upsert')).length
      const before = upserts()
      let running = true
      void ended.then(() => {
        running = false
      })
      while (running && upserts() === before) await sleep(1)
      await sleep(15 * kill)
      child.kill('SIGKILL')
      await ended
      const lines = (await readFile(record, 'utf8').catch(() => '')).split('\n').map(checkedLine)
      const there = new Set(await ids())
      const claims = lines.flatMap((line) => (line as { upserted?: [string, string][] })?.upserted ?? [])
      expect(claims.filter(([id]) => !there.has(id))).toEqual([])
      expect(claims.length).toBeGreaterThanOrEqual(claimed)
      claimed = claims.length
    }
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([0, expect.stringContaining('records into docs')])
    expect(new Set(await ids())).toEqual(new Set(Array.from({ length: RECORDS }, (_, i) => `id-${i}`)))
    // and there is nothing left to do
    expect((await run(folder, args, env)).stderr).toContain('Embedded 0 records into docs')
  }, 60_000)
})
