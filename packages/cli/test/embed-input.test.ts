import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseFaultRule } from '@pinecone-inference/emulator'
import { expect, it } from 'vitest'
import { lines, passages, SPARSE } from './records.js'
import { folderOf, run } from './run-command.js'
import { service } from './service.js'

it('an input that has grown since a run began is embedded as far as it was surveyed', async () => {
  const { env, emulator } = await service()
  emulator.faults.add(parseFaultRule('/embed#2-99 status:401'))
  const folder = await folderOf({ 'in.jsonl': lines(passages(300)) })
  const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE, '--concurrency', '1']
  expect((await run(folder, args, env)).code).toBe(1)
  emulator.faults.clear()
  // the last line is still being written
  await appendFile(join(folder, 'in.jsonl'), `${lines(passages(10, 300))}{"id":"3`)
  // what hosted models do anyway is no other run
  const { code, stderr } = await run(folder, [...args, '--truncate', 'END'], env)
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining('The input has grown since this run began: its first 300 records are embedded.'),
  ])
  expect((await readFile(join(folder, 'out.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(300)
})

it('an input without records is refused, and leaves no output', async () => {
  const folder = await folderOf({ 'empty.jsonl': '' })
  for (const [input, name] of [
    ['-', 'standard input'],
    ['empty.jsonl', 'empty.jsonl'],
  ] as const) {
    const { code, stderr } = await run(folder, ['embed', input, '-o', 'out.jsonl', ...SPARSE, '--offline'])
    expect([code, stderr]).toEqual([1, expect.stringContaining(`error: ${name}: has no records`)])
  }
  expect(await readdir(folder)).toEqual(['empty.jsonl'])
})

it('an id that comes twice is seen before anything is sent, with the standard output too', async () => {
  const { env, emulator } = await service()
  const folder = await folderOf({ 'in.jsonl': lines([...passages(500), ...passages(1, 7)]) })
  const { code, stdout, stderr } = await run(folder, ['embed', 'in.jsonl', '-o', '-', ...SPARSE], env)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain('has the id "id-7", as record 8 has')
  expect(emulator.requests).toHaveLength(0)
})

it('an output of workers and one without them never share a folder', async () => {
  const folder = await folderOf({ 'in.jsonl': lines(passages(3)) })
  for (const [name, file] of [
    ['workers', 'part-000000000.parquet'],
    ['single', '0.parquet'],
  ] as const) {
    await mkdir(join(folder, name, '__default__'), { recursive: true })
    await writeFile(join(folder, name, '__default__', file), '')
  }
  const env = { REDIS_URL: 'redis://127.0.0.1:1', PINECONE_API_KEY: 'local' }
  for (const args of [
    ['workers/', '--offline'],
    ['single/', '--redis'],
  ]) {
    const { code, stderr } = await run(folder, ['embed', 'in.jsonl', ...SPARSE, '-o', ...args], env)
    expect([code, stderr]).toEqual([1, expect.stringContaining('would take the records twice')])
  }
})

it.each([
  [['embed', 'in.jsonl', '--modle', 'x'], {}, 'Did you mean --model?'],
  [['embed', 'in.jsonl', '-o', 'out.jsonl'], {}, "required option '-m, --model <name>' not specified"],
  [['models'], { PINECONE_API_KEY: 'key\n' }, 'PINECONE_API_KEY contains a line feed'],
])('%j %j: %s', async (args, env, reason) => {
  const { code, stderr } = await run(await folderOf(), args, env)
  expect([code, stderr]).toEqual([1, expect.stringContaining(reason)])
})
