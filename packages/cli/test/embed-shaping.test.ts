import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { folderOf, run } from './run-command.js'

const OFFLINE = ['--model', 'pinecone-sparse-english-v0', '--offline']

async function linesOf(path: string) {
  return (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

it('shapes records as the options say, of a compressed file with semicolons', async () => {
  const folder = await folderOf()
  const rows = 'title;body;year\nPools;Keep sockets.;1999\nshort\nClients;Have a pool.;2001\nLast;One.;2002\n'
  await writeFile(join(folder, 'in.csv.gz'), gzipSync(rows))
  const options = [
    '--ids',
    'line',
    '--id-prefix',
    'faq/',
    '--text-field',
    'title',
    '--text-field',
    'body',
    '--limit',
    '2',
  ]
  const metadata = ['--metadata-fields', '*', '--metadata-types', 'year:number', '--skip-bad']
  const { code, stderr } = await run(folder, [
    'embed',
    'in.csv.gz',
    '-o',
    'out.jsonl',
    ...options,
    ...metadata,
    ...OFFLINE,
  ])
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/set aside: in\.csv\.gz, line 3: has 1 field, and the header 3/),
  ])
  expect(stderr).toMatch('1 record was set aside; the reasons are in out.jsonl.set-aside.jsonl.')
  expect(JSON.parse(await readFile(join(folder, 'out.jsonl.set-aside.jsonl'), 'utf8'))).toEqual({
    error: expect.stringContaining('line 3: has 1 field'),
    record: expect.any(Object),
  })
  expect((await linesOf(join(folder, 'out.jsonl'))).map(({ id, metadata }) => [id, metadata])).toEqual([
    ['faq/in.csv.gz#2', { year: 1999 }],
    ['faq/in.csv.gz#4', { year: 2001 }],
  ])
})

it('sets whole documents aside, and names all of them if that is not wanted', async () => {
  const folder = await folderOf()
  await mkdir(join(folder, 'docs'))
  await writeFile(join(folder, 'docs/a.md'), 'Pools')
  await writeFile(join(folder, 'docs/b.ipynb'), '{')
  await writeFile(join(folder, 'docs/c.txt'), Buffer.from('déjà vu', 'latin1'))
  const args = ['embed', 'docs', '-o', 'out.jsonl', ...OFFLINE]
  const refused = await run(folder, args)
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/docs: 2 files cannot be read: \(1\) docs.b\.ipynb: .*; \(2\) docs.c\.txt: /),
  ])
  const { code, stderr } = await run(folder, [...args, '--skip-bad'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('2 files were set aside; the reasons are in')])
  expect((await linesOf(join(folder, 'out.jsonl'))).map(({ id }) => id)).toEqual(['a.md#1'])
})

it('writes documents where that is told, and checks them', async () => {
  const folder = await folderOf()
  await mkdir(join(folder, 'docs'))
  await writeFile(join(folder, 'docs/a.md'), '# Pools')
  await writeFile(join(folder, 'docs/b.png'), '')
  const layout = ['--layout', 'documents', '--sparse-field', 'words']
  const { code, stderr } = await run(folder, ['embed', 'docs', '-o', 'out.jsonl', ...layout, ...OFFLINE])
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching('Files not read: 1 \\(.png files are not read\\).'),
  ])
  const [document] = await linesOf(join(folder, 'out.jsonl'))
  expect(document).toMatchObject({
    _id: 'a.md#1',
    words: { indices: expect.any(Array) },
    source: 'a.md',
    line: 1,
  })
  const checked = await run(folder, ['check', 'out.jsonl', '--sparse-field', 'words'])
  expect([checked.code, checked.stdout]).toEqual([
    0,
    'out.jsonl: 1 record (documents): nothing that Pinecone would refuse\n',
  ])
  const wrong = await run(folder, ['check', 'out.jsonl'])
  expect([wrong.code, wrong.stdout]).toEqual([
    1,
    expect.stringMatching(/^out\.jsonl, line 1: has no vector\n/),
  ])
})

it('refuses metadata that no document can have before anything is sent', async () => {
  const folder = await folderOf({ 'in.csv': 'id,text,sparse_vector\n1,one,x\n' })
  const layout = ['--layout', 'documents', '--metadata-fields', 'sparse_vector']
  const { code, stderr } = await run(folder, ['embed', 'in.csv', '-o', 'out.jsonl', ...layout, ...OFFLINE])
  expect([code, stderr]).toEqual([1, expect.stringMatching(/the record "1" cannot be a document/)])
})
