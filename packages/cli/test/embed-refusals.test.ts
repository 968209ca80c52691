import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { lines } from './records.js'
import { folderOf, run } from './run-command.js'
import { service } from './service.js'

const E5 = ['--model', 'multilingual-e5-large']
const INPUT = lines([{ id: 'a', text: 'one' }])

describe('pinecone-inference embed refuses, before anything is read or sent,', () => {
  it.each([
    [
      [...E5, '--dimension', '77'],
      '--dimension is 77, which multilingual-e5-large does not accept; allowed: 1024',
    ],
    [
      ['--model', 'pinecone-sparse-english-v0', '--dimension', '1024'],
      '--dimension does not apply to the sparse model pinecone-sparse-english-v0',
    ],
    [[...E5, '--truncate', 'START'], '--truncate is START, which multilingual-e5-large does not accept'],
    [['--model', 'bge-reranker-v2-m3'], '--model bge-reranker-v2-m3 does not embed texts'],
  ])('%j, also with --dry-run and with --redis', async (args, reason) => {
    const folder = await folderOf({ 'in.jsonl': INPUT })
    for (const way of [
      ['-o', 'out.jsonl', '--offline'],
      ['-o', 'out.jsonl', '--dry-run'],
      ['-o', 'out/', '--redis', 'redis://127.0.0.1:1'],
    ]) {
      const { code, stderr } = await run(folder, ['embed', 'in.jsonl', ...args, ...way])
      expect([code, stderr]).toEqual([1, expect.stringContaining(`error: ${reason}`)])
    }
    expect(await readdir(folder)).toEqual(['in.jsonl'])
  })

  it('with --redis, a model that the service does not have', async () => {
    const { env } = await service()
    const folder = await folderOf({ 'in.jsonl': INPUT })
    const args = ['embed', 'in.jsonl', '-o', 'out/', '--model', 'nope', '--redis', 'redis://127.0.0.1:1']
    for (const way of [() => run(folder, args, env), () => run(folder, [...args, '--offline'])]) {
      const { code, stderr } = await way()
      expect([code, stderr]).toEqual([1, expect.stringContaining('nope')])
      expect(stderr).not.toContain('no Redis')
    }
  })

  it('with --dry-run, an output that exists already', async () => {
    const folder = await folderOf({ 'in.jsonl': 'broken', 'out.jsonl': '' })
    const { code, stderr } = await run(folder, ['embed', 'in.jsonl', '-o', 'out.jsonl', ...E5, '--dry-run'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('error: out.jsonl exists already')])
  })
})

describe('pinecone-inference embed --dry-run', () => {
  const texts = lines([
    ...Array.from({ length: 20 }, (_, i) => ({ id: `${i}`, text: 'word '.repeat(10_000) })),
    { id: 'short', text: 'four' },
  ])
  const dryRun = ['embed', 'in.jsonl', '-o', 'out.jsonl', '--dry-run']

  it('counts of a text what the model reads of it', async () => {
    const folder = await folderOf({ 'in.jsonl': texts })
    const { code, stdout } = await run(folder, [...dryRun, ...E5])
    expect(code).toBe(0)
    expect(stdout).toContain(
      'Tokens    about 10,141 (four bytes each, 20 texts cut to the model’s limit), multilingual-e5-large\n',
    )
    const both = [...dryRun, ...E5, '--sparse-model', 'pinecone-sparse-english-v0', '--json']
    expect(JSON.parse((await run(folder, both)).stdout)).toMatchObject({ tokens: 10_141 + 10_241 })
  })

  it.each([
    ['the model cuts nothing', [...E5, '--truncate', 'NONE']],
    ['the limit is not known', ['--model', 'mine']],
  ])('counts all of it where %s', async (_, args) => {
    const folder = await folderOf({ 'in.jsonl': texts })
    expect((await run(folder, [...dryRun, ...args])).stdout).toContain('about 250,001 (four bytes each), ')
  })
})

it('metadata fields that are always null are there, and left out', async () => {
  const folder = await folderOf({ 'in.jsonl': lines([{ id: 'a', text: 'one', title: null }]) })
  const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...E5, '--metadata-fields', 'title', '--offline']
  const { code, stderr } = await run(folder, args)
  expect([code, stderr]).toEqual([0, expect.stringContaining('Embedded 1 record')])
})

describe('what is shown of an input does not steer the terminal:', () => {
  it.each([
    [
      'an id that failed',
      lines([{ id: '\u001b[2J\nerror: forged', text: '' }]),
      /^\?\[2J error: forged: the text is empty$/m,
    ],
    [
      'a line that is no JSON',
      '{"id":\u001b[2J\u009b1m}\n',
      /^error: in\.jsonl, line 1: is not JSON: .*\?\[2J/m,
    ],
  ])('%s', async (_, input, shown) => {
    const folder = await folderOf({ 'in.jsonl': input })
    const { stderr } = await run(folder, ['embed', 'in.jsonl', '-o', '-', ...E5, '--offline'])
    expect(stderr).toMatch(shown)
    expect(stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })
})
