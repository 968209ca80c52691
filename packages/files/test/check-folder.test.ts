import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parquetWriteFile } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { checkFile, checkFolder, type EmbeddedRecord, writeRecords } from '../dist/index.js'
import { folderOf } from './folder.js'

const record = (id: string, ...values: number[]): EmbeddedRecord => ({
  id,
  values: values.length > 0 ? values : [1, 2],
})

/** A folder with files of vectors, and other files as they are given. */
async function folderWith(files: Record<string, readonly EmbeddedRecord[] | string>) {
  const folder = await folderOf()
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    if (typeof content === 'string') await writeFile(path, content)
    else {
      const format = name.endsWith('.parquet') ? 'parquet' : 'jsonl'
      await writeRecords(path, content, { format, vectors: { dense: true, sparse: false } })
    }
  }
  return folder
}

/** What is wrong in a folder, without the path of the folder. */
async function problemsIn(folder: string) {
  const { problems } = await checkFolder(folder)
  return problems.map(({ message }) => message.replaceAll(`${folder}/`, ''))
}

describe('a check of a folder', () => {
  it('finds nothing in an import of several namespaces, whatever else is beside its Parquet', async () => {
    const folder = await folderWith({
      '__default__/0.parquet': [record('a'), record('b')],
      '__default__/1.parquet': [record('c')],
      '__default__/0.parquet.record.jsonl': '["00000000",{}]\n',
      'manifest.json': '{}',
      'notes.jsonl': '{}\n',
      'other/0.parquet': [record('a')],
      '.hidden/0.parquet': 'none',
    })
    expect(await checkFolder(folder)).toEqual({
      files: 3,
      records: 4,
      layout: 'parquet',
      dimension: 2,
      problemCount: 0,
      problems: [],
    })
  })

  it('takes the JSONL in it for parts of one, but not what embed writes beside its output', async () => {
    const folder = await folderWith({
      'part-0.jsonl': [record('a')],
      'part-1.jsonl': [record('b')],
      'part-1.jsonl.record.jsonl': '["00000000",{}]\n',
      'part-1.jsonl.failed.jsonl': '{"id":"c","text":"","error":{}}\n',
    })
    expect(await checkFolder(folder)).toMatchObject({
      files: 2,
      records: 2,
      layout: 'vectors',
      problemCount: 0,
    })
  })

  it.each(['jsonl', 'parquet'])(
    'finds an id again in another part, but not in another namespace: %s',
    async (format) => {
      const folder = await folderWith({
        [`a/0.${format}`]: [record('x'), record('y'), record('x')],
        [`a/1.${format}`]: [record('z'), record('y')],
        [`b/0.${format}`]: [record('y')],
      })
      const unit = format === 'jsonl' ? 'line' : 'row'
      expect((await problemsIn(folder)).map((message) => message.replaceAll('\\', '/'))).toEqual([
        `a/0.${format}, ${unit} 3: has the id "x", as record 1 has`,
        `a/1.${format}, ${unit} 2: has the id "y", as record 2 of a/0.${format} has`,
      ])
    },
  )

  it('counts records that are refused for another reason when it names the one that is repeated', async () => {
    const folder = await folderWith({
      'a/0.jsonl': '{"id":"x","values":[1]}\n{"id":3}\nnone\n{"id":"y","values":[1]}\n',
      'a/1.jsonl': '{"id":"y","values":[1]}\n',
    })
    expect((await problemsIn(folder)).at(-1)).toContain('as record 4 of a/0.jsonl has')
  })

  it('finds vectors of another length in another part', async () => {
    const folder = await folderWith({ 'a/0.parquet': [record('x')], 'b/0.parquet': [record('x', 1, 2, 3)] })
    expect(await problemsIn(folder)).toEqual([
      'b/0.parquet, row 1: has a dense vector of 3 numbers, and the records before it 2',
    ])
  })

  it('finds an unfinished run, and looks at none of its files', async () => {
    const folder = await folderWith({
      'a/0.parquet': [record('x')],
      'a/1.parquet.partial/kept-1.parquet': [record('x')],
    })
    expect(await problemsIn(folder)).toEqual([
      'a/1.parquet.partial: is an unfinished run; finish it, or delete it',
    ])
  })

  // Node.js reads the name with U+FFFD in it, and then finds no such folder: unreadable for every user.
  it.runIf(process.platform === 'linux')(
    'finds a folder that cannot be read, and checks the others',
    async () => {
      const folder = await folderWith({ 'a/0.parquet': [record('x')] })
      await mkdir(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff])]))
      expect(await problemsIn(folder)).toEqual([expect.stringMatching(/^f\uFFFD: cannot be read: ENOENT/)])
      expect(await checkFolder(folder)).toMatchObject({ files: 1, records: 1, problemCount: 1 })
      await expect(checkFolder(join(folder, 'gone'))).rejects.toThrow('gone: cannot be read: ENOENT')
    },
  )

  it('without any is refused', async () => {
    await expect(checkFolder(await folderWith({ 'notes.md': '' }))).rejects.toThrow(
      'has no .parquet or .jsonl files',
    )
  })
})

it('a check of Parquet finds a column that the import ignores, once', async () => {
  const filename = join(await folderOf(), 'in.parquet')
  parquetWriteFile({
    filename,
    columnData: [
      { name: 'id', data: ['a', 'b'], type: 'STRING' },
      {
        name: 'values',
        data: [
          [1, 2],
          [3, 4],
        ],
      },
      { name: 'title', data: ['A', 'B'], type: 'STRING' },
    ],
  })
  const { records, problems } = await checkFile(filename)
  expect([records, problems.map(({ message }) => message)]).toEqual([
    2,
    [`${filename}: has the column "title", which the import ignores`],
  ])
})
