import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseFaultRule } from '@pinecone-inference/emulator'
import { readEmbedded } from '@pinecone-inference/files'
import { expect, it } from 'vitest'
import { folderOf, run, start } from './run-command.js'
import { service } from './service.js'

/** A megabyte and a half in Parquet, per 1,000 records. */
const DENSE = ['--model', 'llama-text-embed-v2', '--dimension', '384'] as const
const SMALL = ['--part-size', '1'] as const

const idsFrom = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `id-${from + i}`)
const lines = (ids: readonly string[]) => ids.map((id) => `{"id":"${id}","text":"about ${id}"}\n`).join('')

/** The ids in a folder of parts, in their order, and how many parts there are. */
async function partsIn(folder: string, extension = 'parquet') {
  const names = (await readdir(folder)).filter((name) => new RegExp(`^\\d+\\.${extension}$`).test(name))
  const ids: string[] = []
  for (let part = 0; names.includes(`${part}.${extension}`); part++) {
    for await (const { id } of readEmbedded(join(folder, `${part}.${extension}`))) ids.push(id)
  }
  return { ids, parts: names.length }
}

it('a folder gets parts of the size that is wanted, each record once, whenever the run is killed', async () => {
  const { env, emulator } = await service()
  const ids = idsFrom(0, 3_200)
  const folder = await folderOf({ 'in.jsonl': lines(ids) })
  const home = join(folder, 'imp/__default__')
  const args = ['embed', 'in.jsonl', '-o', 'imp/', ...DENSE, ...SMALL]
  const journal = join(home, '0.parquet.partial/journal.jsonl')
  const checkpoints = async () => (await readFile(journal, 'utf8').catch(() => '\n')).split('\n').length - 2
  for (const requests of [12, 12]) {
    // enough for a checkpoint, in the middle of a part
    emulator.faults.add(parseFaultRule(`/embed#${requests + 1}-9999 stall:headers`))
    const before = await checkpoints()
    // one after another, so that what is answered is a checkpoint's worth in the order of the input
    const { child, ended } = start(folder, [...args, '--concurrency', '1'], env)
    child.stdin.end()
    await expect.poll(checkpoints, { interval: 2, timeout: 60_000 }).toBeGreaterThan(before)
    child.kill('SIGKILL')
    expect((await ended).code).toBe(null)
    emulator.faults.clear()
    expect((await readdir(home)).filter((name) => /^\d+\.parquet$/.test(name))).toEqual([])
  }
  const { code, stderr } = await run(folder, args, env)
  const made =
    /^Continuing after .*Embedded 3,200 records into imp\/__default__\/0\.parquet to \d+\.parquet in/s
  expect([code, stderr]).toEqual([0, expect.stringMatching(made)])
  const found = await partsIn(home)
  expect(found.ids).toEqual(ids)
  expect(found.parts).toBeGreaterThanOrEqual(3)
  const check = await run(folder, ['check', 'imp/'])
  expect([check.code, check.stdout]).toEqual([
    0,
    `imp/: 3,200 records in ${found.parts} files (parquet, vectors of 384 numbers): nothing that Pinecone would refuse\n`,
  ])
}, 120_000)

it('parts are brought up to date: what they have is not embedded again, and no part of the old ones stays', async () => {
  const { env, emulator } = await service()
  const folder = await folderOf({ 'in.jsonl': lines(idsFrom(0, 2_200)) })
  const args = ['embed', 'in.jsonl', '-o', 'imp/', ...DENSE, ...SMALL, '--cleanup', 'full']
  const home = join(folder, 'imp/__default__')
  expect((await run(folder, args, env)).code).toBe(0)
  const first = await partsIn(home)
  expect((await run(folder, args, env)).stderr).toBe('imp/__default__/0.parquet was finished already.\n')

  emulator.requests.length = 0
  const ids = [...idsFrom(1_800, 2_300), ...idsFrom(0, 300)]
  await writeFile(join(folder, 'in.jsonl'), lines(ids))
  const { code, stderr } = await run(folder, [...args, '--json'], env)
  expect([code, stderr]).toEqual([0, ''])
  const sent = emulator.requests.flatMap(({ body }) => (body as { inputs?: unknown[] }).inputs ?? [])
  expect(sent).toHaveLength(100)
  const second = await partsIn(home)
  expect(second.ids).toEqual(ids)
  expect(second.parts).toBeLessThan(first.parts)
  expect((await run(folder, ['check', 'imp/'])).code).toBe(0)
})

it('documents are parts of JSONL, as the import into a document index takes them', async () => {
  const { env } = await service()
  const ids = idsFrom(0, 500)
  const folder = await folderOf({ 'in.jsonl': lines(ids) })
  const args = [
    'embed',
    'in.jsonl',
    '-o',
    'imp/',
    '--namespace',
    'docs',
    '--layout',
    'documents',
    ...DENSE,
    ...SMALL,
  ]
  const { code, stdout } = await run(folder, [...args, '--json'], env)
  expect(code).toBe(0)
  const home = join(folder, 'imp/docs')
  const { ids: found, parts } = await partsIn(home, 'jsonl')
  expect(found).toEqual(ids)
  expect(parts).toBeGreaterThan(1)
  for (let part = 0; part < parts; part++) {
    expect((await stat(join(home, `${part}.jsonl`))).size).toBeLessThan(1.5e6)
  }
  const done = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  expect(done).toMatchObject({ event: 'done', output: 'imp/docs/0.jsonl', parts, embedded: 500 })
  const check = await run(folder, ['check', 'imp/'])
  expect(check.stdout).toBe(
    `imp/: 500 records in ${parts} files (documents, vectors of 384 numbers): nothing that Pinecone would refuse\n`,
  )
})

it('check finds parts that are missing, or are not as they were written', async () => {
  const { env } = await service()
  const folder = await folderOf({ 'in.jsonl': lines(idsFrom(0, 500)) })
  const args = ['embed', 'in.jsonl', '-o', 'imp/', '--layout', 'documents', ...DENSE, ...SMALL]
  expect((await run(folder, args, env)).code).toBe(0)
  const home = join(folder, 'imp/__default__')
  const first = await readFile(join(home, '0.jsonl'), 'utf8')
  await writeFile(join(home, '0.jsonl'), first.replace('id-7', 'id_7'))
  await rm(join(home, '1.jsonl'))
  const { code, stdout } = await run(folder, ['check', 'imp/'])
  expect(code).toBe(1)
  expect(stdout).toContain('imp/__default__/0.jsonl is not as embed wrote it')
  expect(stdout).toContain('0.jsonl.record.jsonl lists imp/__default__/1.jsonl, which is missing')
})

it('check reports a part and a record that cannot be read', async () => {
  const { env } = await service()
  const folder = await folderOf({ 'in.jsonl': lines(idsFrom(0, 500)) })
  const args = ['embed', 'in.jsonl', '-o', 'imp/', '--layout', 'documents', ...DENSE, ...SMALL]
  expect((await run(folder, args, env)).code).toBe(0)
  const home = join(folder, 'imp/__default__')
  await rm(join(home, '1.jsonl'))
  await mkdir(join(home, '1.jsonl'))
  const unreadable = await run(folder, ['check', 'imp/'])
  expect([unreadable.code, unreadable.stderr]).toEqual([1, ''])
  expect(unreadable.stdout).toContain('imp/__default__/1.jsonl is not as embed wrote it')

  await writeFile(join(home, '0.jsonl.record.jsonl'), 'damaged')
  const damaged = await run(folder, ['check', 'imp/'])
  expect([damaged.code, damaged.stderr]).toEqual([1, ''])
  expect(damaged.stdout).toContain('imp/__default__/0.jsonl.record.jsonl is damaged')
})

it('a single file that the import would refuse is refused in a dry run, too', async () => {
  const folder = await folderOf({ 'in.jsonl': lines(idsFrom(0, 3)) })
  const args = ['embed', 'in.jsonl', '--model', 'own-model', '--dimension', '1000000000', '--dry-run']
  const { code, stderr } = await run(folder, [...args, '-o', 'out.parquet'])
  expect([code, stderr]).toEqual([1, expect.stringContaining('out.parquet would have more than 10 GB')])
  expect((await run(folder, [...args, '-o', 'imp/'])).code).toBe(0)
})

it.each([
  ['1.parquet', 'imp/__default__/1.parquet is not a part of this output'],
  ['7.jsonl', 'imp/__default__/7.jsonl is not a part of this output'],
  ['data_0.parquet', 'imp/__default__/data_0.parquet is not a part of this output'],
  ['part-000000003.parquet', 'holds part-000000003.parquet of an embed --redis'],
])(
  'a folder with files that an import would take besides is refused before anything is paid for: %s',
  async (name, reason) => {
    const { env, emulator } = await service()
    const folder = await folderOf({ 'in.jsonl': lines(idsFrom(0, 3)) })
    await mkdir(join(folder, 'imp/__default__'), { recursive: true })
    await writeFile(join(folder, 'imp/__default__', name), 'there before')
    for (const more of [[], ['--dry-run']]) {
      const { code, stderr } = await run(folder, ['embed', 'in.jsonl', '-o', 'imp/', ...DENSE, ...more], env)
      if (more.length > 0 && name.startsWith('part')) continue
      expect([code, stderr]).toEqual([1, expect.stringContaining(reason)])
    }
    expect(emulator.requests).toEqual([])
    expect(await readFile(join(folder, 'imp/__default__', name), 'utf8')).toBe('there before')
  },
)
