import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeRecords } from '@pinecone-inference/files'
import { expect, it } from 'vitest'
import { folderOf, run } from './run-command.js'

const vector = '{"id":"a","values":[1,2]}\n'

it('check reports a path that cannot be read in a line, and checks the others', async () => {
  const folder = await folderOf({
    'good.jsonl': vector,
    'docs.upserted.jsonl': '["00000000",{"settings":{}}]\n',
  })
  await mkdir(join(folder, 'nothing'))
  const paths = ['missing.jsonl', 'nothing', 'docs.upserted.jsonl', 'good.jsonl']
  const { code, stdout, stderr } = await run(folder, ['check', ...paths])
  expect([code, stdout]).toEqual([
    1,
    'good.jsonl: 1 record (vectors, vectors of 2 numbers): nothing that Pinecone would refuse\n',
  ])
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^error: missing.jsonl: cannot be read: ENOENT/),
    'error: nothing: has no .parquet or .jsonl files',
    'error: docs.upserted.jsonl: has the name of a file that embed writes beside its output, which holds no vectors',
    '',
  ])

  const json = await run(folder, ['check', '--json', ...paths])
  expect(
    json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { file: 'missing.jsonl', error: expect.stringContaining('ENOENT') },
    { file: 'nothing', error: expect.any(String) },
    { file: 'docs.upserted.jsonl', error: expect.any(String) },
    expect.objectContaining({ file: 'good.jsonl', problemCount: 0 }),
  ])
})

it('check finds a damaged file of a folder, and what is wrong in the others', async () => {
  const folder = await folderOf()
  await mkdir(join(folder, 'import'))
  await writeFile(join(folder, 'import/0.parquet'), 'PAR1 cut off')
  const same = { id: 'a', values: [1, 2] }
  const vectors = { dense: true, sparse: false }
  await writeRecords(join(folder, 'import/1.parquet'), [same, same], { format: 'parquet', vectors })
  const { code, stdout, stderr } = await run(folder, ['check', 'import'])
  expect([code, stderr]).toEqual([1, ''])
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/0\.parquet: cannot be read as Parquet: it is damaged/),
    expect.stringMatching(/1\.parquet, row 2: has the id "a", as record 1 has$/),
    'import: 2 records in 2 files (parquet, vectors of 2 numbers): 2 problems',
    '',
  ])
})

it('check finds a file without records', async () => {
  const folder = await folderOf({ 'empty.jsonl': '\n' })
  const { code, stdout } = await run(folder, ['check', 'empty.jsonl'])
  expect([code, stdout]).toEqual([1, 'empty.jsonl: has no records\nempty.jsonl: 0 records: 1 problem\n'])
})
