import { execFile, spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import fc from 'fast-check'
import { parquetWriteFile } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { comesOnce, InputError, readRecords } from '../dist/index.js'
import { all, folderOf } from './folder.js'
import { inAProcess } from './in-a-process.js'

const records = [
  { id: '1', text: 'one' },
  { id: '2', text: 'two' },
]
const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('')

/** `lines`, by zstd 1.5.4 with a checksum. */
const zstandard = Buffer.from(
  'KLUv/QRYPQEA+HsiaWQiOiIxIiwidGV4dCI6Im9uZSJ9CjJ0d28ifQoCAGALNptj/heLmw==',
  'base64',
)

async function read(name: string, content: string | Uint8Array, options = {}) {
  return all(readRecords(join(await folderOf({ [name]: content }), name), options))
}

describe('JSON', () => {
  const array = JSON.stringify(records)
  it.each([
    ['an array', array],
    ['an array of many lines', JSON.stringify(records, null, 2)],
    ['an array with a byte order mark', `\uFEFF ${array}`],
    [
      'objects one after the other, as jq writes them',
      records.map((one) => JSON.stringify(one, null, 2)).join('\n'),
    ],
    ['an array of none', '[]'],
  ])('is read: %s', async (kind, content) => {
    const expected = kind.endsWith('none') ? [] : records
    expect(await read('in.json', content)).toEqual(expected)
    if (content.trimStart().startsWith('[')) expect(await read('in.jsonl', content)).toEqual(expected)
  })

  it('has its items found whatever they hold, and wherever the file is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.json({ maxDepth: 3 })), fc.constantFrom(0, 2), async (items, space) => {
        const objects = items.map((item, i) => ({ id: `${i}`, text: 'x', item: JSON.parse(item) }))
        const found = await read('in.json', JSON.stringify(objects, null, space), { metadataFields: [] })
        expect(found.map(({ id }) => id)).toEqual(objects.map(({ id }) => id))
      }),
      { numRuns: 40 },
    )
    const large = Array.from({ length: 20_000 }, (_, i) => ({ id: `${i}`, text: `"]},{[\\" ${i}` }))
    expect(await read('in.json', JSON.stringify(large))).toEqual(large)
  })

  it.each([
    ['[{"id":"1","text":"x"},\n3]', 'line 2: is not a JSON object'],
    ['[{"id":"1","text":"x"},\n{"id":', 'line 2: is not JSON: it ends inside a value'],
    ['[{"id":"1","text":"x"}\n', 'line 2: ends inside its JSON array'],
    ['[]\n{}', 'line 2: has more after the end of its JSON array'],
    ['[{"id":"1","text":"x"},\n{"id":"2" "text":"y"}]', 'line 2: is not JSON:'],
  ])('that is none is refused: %s', async (content, message) => {
    const reading = read('in.json', content)
    await expect(reading).rejects.toBeInstanceOf(InputError)
    await expect(reading).rejects.toThrow(message)
  })
})

describe('a compressed file', () => {
  it.each([
    ['in.jsonl', lines],
    ['in.json', JSON.stringify(records)],
    ['in.csv', 'id,text\n1,one\n2,two\n'],
    ['in.tsv', 'id\ttext\n1\tone\n2\ttwo\n'],
  ])('is read as what it holds: %s', async (name, content) => {
    expect(await read(`${name}.gz`, zlib.gzipSync(content))).toEqual(records)
    // of several members, as pigz and bgzip write them
    const members = [content.slice(0, 9), content.slice(9)].map((part) => zlib.gzipSync(part))
    expect(await read(`${name}.GZ`, Buffer.concat(members))).toEqual(records)
  })

  it('may be Zstandard', async () => {
    expect(await read('in.jsonl.zst', zstandard)).toEqual(records)
    expect(await read('in.jsonl', zstandard)).toEqual(records)
    await expect(read('in.jsonl.zst', zstandard.subarray(0, -6))).rejects.toThrow(
      /is damaged or cut short \(Zstandard\)/,
    )
  })

  it('may be a document or a table', async () => {
    expect(await read('guide.md.gz', zlib.gzipSync('# Guide'), { metadataFields: [] })).toEqual([
      { id: 'guide.md.gz#1', text: '# Guide' },
    ])
    const filename = join(await folderOf(), 'in.parquet')
    parquetWriteFile({
      filename,
      columnData: [
        { name: 'id', data: ['1', '2'], type: 'STRING' },
        { name: 'text', data: ['one', 'two'], type: 'STRING' },
      ],
    })
    const compressed = zlib.gzipSync(await readFile(filename))
    expect(await read('in.parquet.gz', compressed)).toEqual(records)
  })

  it('that is cut short is refused, not taken for a shorter one', async () => {
    const bytes = zlib.gzipSync(lines).subarray(0, -9)
    await expect(read('in.jsonl.gz', bytes)).rejects.toThrow(
      /is damaged or cut short \(gzip\): unexpected end of file/,
    )
  })
})

describe('the standard input', () => {
  it.each([
    ['lines of JSON', lines, {}],
    ['a JSON array', JSON.stringify(records), {}],
    ['CSV', 'id,text\n1,one\n2,two\n', { format: 'csv' }],
    ['TSV', 'id\ttext\n1\tone\n2\ttwo\n', { format: 'tsv' }],
  ])('may be %s', async (_, input, options) => {
    expect((await inAProcess('readRecords', '-', input, options)).output).toBe(lines)
  })

  it('may be text, or a text a line', async () => {
    const text = { format: 'text', metadataFields: [] }
    expect((await inAProcess('readRecords', '-', 'a\nb', text)).output).toBe(
      '{"id":"stdin#1","text":"a\\nb"}\n',
    )
    const perLine = { format: 'lines', ids: 'line' }
    expect((await inAProcess('readRecords', '-', 'a\n\nb', perLine)).output).toBe(
      '{"id":"stdin#1","text":"a"}\n{"id":"stdin#3","text":"b"}\n',
    )
  })

  it('has the name in its ids that it is given, and is read once', async () => {
    const named = { format: 'lines', ids: 'line', inputName: 'faq' }
    expect((await inAProcess('readRecords', '-', 'a', named)).output).toBe('{"id":"faq#1","text":"a"}\n')
    await expect(all(readRecords(['-', '/dev/stdin']))).rejects.toThrow('standard input: is given twice')
  })

  it('that is no JSON is refused with how to say what it is', async () => {
    const { errors } = await inAProcess('readRecords', '-', 'id,text\n1,one\n')
    expect(errors).toMatch(
      'standard input: is not JSON; it begins with "id,text"; name the format (--input-format)',
    )
  })

  it.runIf(process.platform === 'linux')(
    'may be called /dev/stdin, and so may any pipe be read',
    async () => {
      expect((await inAProcess('readRecords', '/dev/stdin', lines)).output).toBe(lines)
      const folder = await folderOf()
      const pipe = join(folder, 'pipe')
      await promisify(execFile)('mkfifo', [pipe])
      expect([comesOnce('-'), comesOnce(pipe), comesOnce(folder)]).toEqual([true, true, false])
      const writer = spawn('sh', ['-c', `printf '%s' "$LINES_" | gzip > ${pipe}`], {
        env: { ...process.env, LINES_: lines },
      })
      expect(await all(readRecords(pipe))).toEqual(records)
      writer.kill()
      await rm(pipe)
    },
  )
})
