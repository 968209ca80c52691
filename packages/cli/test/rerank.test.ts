import { once } from 'node:events'
import { join } from 'node:path'
import { parseFaultRule } from '@pinecone-inference/emulator'
import { writeRecords } from '@pinecone-inference/files'
import { describe, expect, it } from 'vitest'
import { folderOf, run, start } from './run-command.js'
import { service } from './service.js'

const QUERY = ['--query', 'how are rate limits handled']
const HITS = [
  { id: 'cats', text: 'cats and dogs', page: 1 },
  { id: 'limits', text: 'rate limits are handled by waiting', page: 2 },
  { id: 'birds', text: 'birds', page: 3 },
]
const jsonl = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
const parsed = (stdout: string) =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

describe('pinecone-inference rerank', () => {
  it('prints the documents best first, each whole, as JSON lines where there is no terminal', async () => {
    const { env } = await service()
    const folder = await folderOf({ 'hits.jsonl': jsonl(HITS) })
    const { code, stdout, stderr } = await run(folder, ['rerank', 'hits.jsonl', ...QUERY], env)
    expect([code, stderr]).toEqual([0, ''])
    const ranking = parsed(stdout)
    expect(ranking).toHaveLength(3)
    expect(ranking[0]).toEqual({ index: 1, score: expect.any(Number), document: HITS[1] })
    expect(ranking[0].score).toBeGreaterThan(ranking[1].score)
  })

  it('takes more documents than one request holds, from several files, and keeps the best n', async () => {
    const { env, emulator } = await service()
    const rows = Array.from({ length: 130 }, (_, i) => ({ id: `${i}`, text: `passage ${i}` }))
    const folder = await folderOf({
      'a.jsonl': jsonl(rows),
      'b.csv': `id,text\n${rows.map(({ id, text }) => `${id},${text}\n`).join('')}last,rate limits are handled\n`,
    })
    const { code, stdout } = await run(folder, ['rerank', 'a.jsonl', 'b.csv', ...QUERY, '-n', '2'], env)
    expect(code).toBe(0)
    expect(parsed(stdout)).toMatchObject([{ index: 260, document: { id: 'last' } }, {}])
    expect(parsed(stdout)).toHaveLength(2)
    expect(emulator.requests.filter(({ path }) => path === '/rerank')).toHaveLength(3)
  })

  it.each([
    ['lines of text', 'cats\r\n\nrate limits are handled\n'],
    ['JSONL', jsonl([{ text: 'cats' }, { text: 'rate limits are handled' }])],
  ])('reads %s from the standard input', async (_, input) => {
    const { env } = await service()
    const { code, stdout } = await run(await folderOf(), ['rerank', '-', ...QUERY], env, input)
    expect(code).toBe(0)
    expect(parsed(stdout)[0]).toMatchObject({ index: 1, document: { text: 'rate limits are handled' } })
  })

  it('reads all columns of Parquet, and the passages of a folder', async () => {
    const { env } = await service()
    const folder = await folderOf({ 'a.md': '# Limits\n\nrate limits are handled\n' })
    async function* embedded() {
      yield { id: 'vec', values: [1, 2], metadata: { title: 'x' } }
    }
    await writeRecords(join(folder, 'in.parquet'), embedded(), {
      format: 'parquet',
      vectors: { dense: true, sparse: false },
    })
    const byId = await run(folder, ['rerank', 'in.parquet', ...QUERY, '--rank-fields', 'id'], env)
    expect(parsed(byId.stdout)).toMatchObject([{ document: { id: 'vec', metadata: expect.anything() } }])
    const passages = await run(folder, ['rerank', '.', ...QUERY], env)
    expect(parsed(passages.stdout)).toMatchObject([{ document: { id: 'a.md#1', source: 'a.md' } }])
  })

  it('ranks by the fields it is told to', async () => {
    const { env, emulator } = await service()
    const folder = await folderOf({ 'in.jsonl': jsonl([{ title: 'rate limits', body: 'x' }]) })
    const args = [
      'rerank',
      'in.jsonl',
      ...QUERY,
      '--model',
      'cohere-rerank-3.5',
      '--rank-fields',
      'title,body',
    ]
    expect((await run(folder, args, env)).code).toBe(0)
    expect(emulator.requests[0]?.body).toMatchObject({ rank_fields: ['title', 'body'] })
  })

  it('cuts a document that is too long, unless told to refuse it', async () => {
    const { env } = await service()
    const long = { text: 'rate limits '.repeat(2_000) }
    const folder = await folderOf({ 'in.jsonl': jsonl([long, { text: 'soup' }]) })
    const { code, stdout } = await run(folder, ['rerank', 'in.jsonl', ...QUERY], env)
    expect([code, parsed(stdout).length]).toEqual([0, 2])
    const strict = await run(folder, ['rerank', 'in.jsonl', ...QUERY, '--truncate', 'NONE'], env)
    expect([strict.code, strict.stderr]).toEqual([1, expect.stringContaining('query+document pair with')])
  })

  it('needs neither key nor network with --offline, and says whose scores they are', async () => {
    const folder = await folderOf({ 'hits.jsonl': jsonl(HITS) })
    const { code, stdout, stderr } = await run(folder, ['rerank', 'hits.jsonl', ...QUERY, '--offline'])
    expect([code, parsed(stdout).length]).toEqual([0, 3])
    expect(stderr).toMatch(/^Offline: .*stand-ins.*\n$/)
  })

  it.each([
    [
      '{"id":"a","body":"x"}\n',
      [],
      'in.jsonl, line 1: has no text in "text"; it has "id", "body"; name one with --rank-fields',
    ],
    ['{"text":"x"}\n\n{"text":7}\n', [], 'in.jsonl, line 3: "text" is not a string'],
    ['{"text":"x"}\n{"te\n', [], 'in.jsonl, line 2: is not JSON'],
    ['{"text":\u001b[2J}\n', [], "in.jsonl, line 1: is not JSON: Unexpected token '?'"],
    ['{"text":"x","b":"y"}\n', ['--rank-fields', 'text,b'], 'bge-reranker-v2-m3 supports 1'],
    ['{"text":"x"}\n', ['--model', 'llama-text-embed-v2'], 'llama-text-embed-v2'],
    ['{"text":"x"}\n', ['--query', ' '], 'query must be a non-empty string'],
    ['{"text":"x"}\n', ['--top-n', '0'], 'Allowed: whole numbers from 1'],
  ])('refuses %j with %j before anything is sent', async (input, args, reason) => {
    const { env, emulator } = await service()
    const folder = await folderOf({ 'in.jsonl': input })
    const { code, stderr, stdout } = await run(folder, ['rerank', 'in.jsonl', ...QUERY, ...args], env)
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(reason)])
    expect(stderr).not.toContain('    at ')
    expect(emulator.requests).toHaveLength(0)
  })

  it('leaves out what has no text, naming its line, and ranks the rest', async () => {
    const { env } = await service()
    const folder = await folderOf({ 'in.jsonl': '{"text":""}\n{"text":"x"}\n{"text":null}\n{"text":"y"}\n' })
    const { code, stderr, stdout } = await run(folder, ['rerank', 'in.jsonl', ...QUERY], env)
    expect([code, stderr]).toEqual([
      2,
      'in.jsonl, line 1: is left out: "text" is empty\nin.jsonl, line 3: is left out: "text" is empty\n',
    ])
    const ranked = parsed(stdout).map(({ index, document }) => [index, document])
    expect(ranked).toEqual(
      expect.arrayContaining([
        [1, { text: 'x' }],
        [3, { text: 'y' }],
      ]),
    )
  })

  it('refuses a document that is nested too deep to be printed before anything is sent', async () => {
    const { env, emulator } = await service()
    const nested = (depth: number) => `{"text":"x","unused":${'['.repeat(depth)}${']'.repeat(depth)}}\n`
    const folder = await folderOf({ 'in.jsonl': nested(200_000), 'good.jsonl': nested(999) })
    const refused = await run(folder, ['rerank', 'in.jsonl', ...QUERY], env)
    expect(refused).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: in.jsonl, line 1: is nested more than 1000 deep\n',
    })
    expect(emulator.requests).toHaveLength(0)
    expect((await run(folder, ['rerank', 'good.jsonl', ...QUERY], env)).code).toBe(0)
  })

  it('stops on Ctrl-C while the answer is awaited, with 130', async () => {
    const { env, emulator } = await service({ faults: [parseFaultRule('stall:headers')] })
    const folder = await folderOf({ 'hits.jsonl': jsonl(HITS) })
    const { child, ended } = start(folder, ['rerank', 'hits.jsonl', ...QUERY], env)
    await expect.poll(() => emulator.requests.length, { timeout: 20_000 }).toBe(1)
    child.kill('SIGINT')
    expect(await ended).toEqual({ code: 130, stdout: '', stderr: '' })
  })

  it('stops on Ctrl-C while the input is awaited, with 130', async () => {
    const { child, ended } = start(await folderOf(), ['rerank', '-', ...QUERY, '--offline'])
    await once(child.stderr, 'data')
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
  })

  it('reports why it takes long when the service has failed again', async () => {
    const { env } = await service({ faults: [parseFaultRule('#1-3 status:503,retry-after=0')] })
    const folder = await folderOf({ 'hits.jsonl': jsonl(HITS) })
    const { code, stderr } = await run(folder, ['rerank', 'hits.jsonl', ...QUERY], env)
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^POST .*\/rerank answered 503: .*; retrying\n$/),
    ])
  })

  it('says nothing when its reader goes away', async () => {
    const { env } = await service()
    const rows = Array.from({ length: 2_000 }, (_, i) => ({ text: `rate limit ${i}`, more: 'x'.repeat(200) }))
    const folder = await folderOf({ 'in.jsonl': jsonl(rows) })
    const { child, ended } = start(folder, ['rerank', 'in.jsonl', ...QUERY], env)
    child.stdout.destroy()
    expect(await ended).toEqual({ code: 141, stdout: '', stderr: '' })
  })
})
