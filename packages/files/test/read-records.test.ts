import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { parquetWriteFile } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { InputError, type ReadOptions, readRecords } from '../dist/index.js'
import { all, folderOf } from './folder.js'
import { fromStandardInput, inAProcess } from './in-a-process.js'

async function read(files: Record<string, string | Uint8Array>, options?: ReadOptions) {
  const folder = await folderOf(files)
  return all(
    readRecords(
      Object.keys(files).map((name) => join(folder, name)),
      options,
    ),
  )
}

/** A file that goes on with zeros, which take no room on the disk. */
async function sparse(name: string, start: string, size: number) {
  const path = join(await folderOf({ [name]: start }), name)
  await truncate(path, size)
  return path
}

const lines = (...records: unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('')

describe('JSONL', () => {
  it('is read line by line: ids, texts and the metadata object', async () => {
    const records = [
      { id: 'a', text: 'one', metadata: { year: 1999, tags: ['x', 'y'], draft: false } },
      { id: 'b', text: 'two' },
    ]
    expect(await read({ 'in.jsonl': lines(...records) })).toEqual(records)
    expect(await read({ 'in.ndjson': lines(...records) })).toEqual(records)
  })

  it('takes id, text and metadata from the fields it is told to', async () => {
    const file = { 'in.jsonl': lines({ key: 7, body: 'one', title: 'T', lang: null, metadata: { no: 1 } }) }
    expect(
      await read(file, { idField: 'key', textField: 'body', metadataFields: ['title', 'lang', 'missing'] }),
    ).toEqual([{ id: '7', text: 'one', metadata: { title: 'T' } }])
  })

  it('does not mind a byte order mark, CRLF, empty lines, or a last line without an end', async () => {
    const text = '\uFEFF{"id":"a","text":"1"}\r\n\r\n   \n{"id":"b","text":"2"}\n\n{"id":"c","text":"3"}'
    expect((await read({ 'in.jsonl': text })).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })

  it('keeps every text as it is, whatever its characters and wherever the file is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.record({
            id: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' }),
            text: fc.string({
              unit: fc.constantFrom('é', '🙂', '\u2028', '\u2029', '\r', '\n', 'a', '"', '\\'),
            }),
          }),
          { selector: ({ id }) => id },
        ),
        async (records) => {
          expect(await read({ 'in.jsonl': lines(...records) })).toEqual(records)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('takes a text that is null for an empty one', async () => {
    expect(await read({ 'in.jsonl': lines({ id: 'a', text: null }) })).toEqual([{ id: 'a', text: '' }])
  })

  it('takes a line of 10 MB', async () => {
    const text = 'long '.repeat(2_000_000)
    const [record] = await read({ 'in.jsonl': lines({ id: 'a', text }) })
    expect(record?.text.length).toBe(text.length)
  })

  it.each([
    ['{"id":"a","text":"1"}\n{"id":"b",', 'in.jsonl, line 2: is not JSON'],
    ['\n["a"]\n', 'line 2: is not a JSON object'],
    [lines({ id: 'a', body: 'x' }), 'line 1: has no "text"; it has "id", "body"'],
    [lines({ text: 'x' }), 'line 1: has no "id"; it has "text"'],
    [lines({ id: 'a', text: 5 }), 'line 1: the field "text" is not a string'],
    [lines({ id: '', text: 'x' }), 'the id has 0 characters; it must have 1 to 512'],
    [lines({ id: 'x'.repeat(513), text: 'x' }), 'the id has 513 characters'],
    [
      lines({ id: 'café', text: 'x' }),
      'line 1: the id "café" is not ASCII, or has a null character; Pinecone',
    ],
    [lines({ id: 'a\0b', text: 'x' }), 'line 1: the id "a\\u0000b" is not ASCII, or has a null character'],
    [
      '{"id":"a","text":"x","metadata":{"n":1234567890123456789}}',
      'line 1: the field "n" is 1234567890123456789, which a 64-bit float rounds; make it a string',
    ],
    [lines({ id: null, text: 'x' }), 'line 1: the field "id" is null'],
    [lines({ id: 1.5, text: 'x' }), 'the id 1.5 is neither a string nor a whole number'],
    [lines({ id: 'a', text: 'x', metadata: { deep: { er: 1 } } }), 'the field "deep" cannot be metadata'],
    [
      lines({ id: 'a', text: 'x', metadata: 'no' }),
      'the field "metadata" is neither an object nor the JSON of one',
    ],
  ])('refuses %j and says where and why', async (text, message) => {
    const reading = read({ 'in.jsonl': text })
    await expect(reading).rejects.toBeInstanceOf(InputError)
    await expect(reading).rejects.toThrow(message)
  })

  it('takes metadata only from fields that the record has itself', async () => {
    const own = '{"id":"a","text":"x","__proto__":"p","metadata":{"__proto__":"q"}}\n{"id":"b","text":"y"}\n'
    const [first, second] = await read({ 'in.jsonl': own }, { metadataFields: ['__proto__', 'constructor'] })
    expect(JSON.stringify(first?.metadata)).toBe('{"__proto__":"p"}')
    expect(second).toEqual({ id: 'b', text: 'y' })
    const [whole] = await read({ 'in.jsonl': own })
    expect(JSON.stringify(whole?.metadata)).toBe('{"__proto__":"q"}')
  })

  it('refuses an id that is nested, however deep', async () => {
    const id = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    const reading = read({ 'in.jsonl': `{"id":${id},"text":"x"}` })
    await expect(reading).rejects.toThrow('line 1: the id is a list, neither a string nor a whole number')
  })

  it('refuses metadata of more bytes than Pinecone takes', async () => {
    const withMetadata = (a: string) => read({ 'in.jsonl': lines({ id: 'a', text: 'x', metadata: { a } }) })
    await expect(withMetadata('é'.repeat(20_476))).resolves.toHaveLength(1)
    await expect(withMetadata('é'.repeat(20_477))).rejects.toThrow(
      'line 1: the metadata has 40962 bytes; Pinecone accepts 40960',
    )
  })

  it('refuses a line of more than 64 MiB', async () => {
    const reading = all(readRecords(await sparse('in.jsonl', '{"id":"a","text":"1"}\n', 70_000_000)))
    await expect(reading).rejects.toBeInstanceOf(InputError)
    await expect(reading).rejects.toThrow('in.jsonl, line 2: is longer than 67108864 bytes')
  })

  it('refuses what is not UTF-8, naming the line', async () => {
    const text = Buffer.concat([Buffer.from('{"id":"a","text":"1"}\n'), Buffer.from([0xff, 0xfe, 0x0a])])
    await expect(read({ 'in.jsonl': text })).rejects.toMatchObject({ line: 2, message: /not UTF-8/ })
  })

  it('is what comes from the standard input', async () => {
    const records = lines({ id: 'a', text: 'one' })
    expect(await fromStandardInput('readRecords', records)).toBe(records)
  })
})

describe('ids', () => {
  it('may come once, over all files; the message names both places', async () => {
    const reading = read({
      'a.jsonl': lines({ id: 'one', text: '1' }, { id: 'two', text: '2' }),
      'b.csv': 'id,text\nthree,3\ntwo,again\n',
    })
    await expect(reading).rejects.toThrow(/b\.csv, line 3: has the id "two", as record 2 has/)
  })

  it('are told apart in large numbers', async () => {
    const count = 30_000
    const ids = Array.from({ length: count }, (_, i) => ({ id: `id-${i}`, text: 'x' }))
    expect(await read({ 'in.jsonl': lines(...ids) })).toHaveLength(count)
    await expect(read({ 'in.jsonl': lines(...ids, { id: 'id-17', text: 'x' }) })).rejects.toThrow(
      `line ${count + 1}: has the id "id-17", as record 18 has`,
    )
  })
})

describe('CSV', () => {
  it('is read by its header, with quotes, line breaks in a field, CRLF, a byte order mark and empty lines', async () => {
    const text = '\uFEFFid,text,title\r\n1,"a ""quoted"", long\ntext",T\r\n\r\n2,plain,\r\n'
    expect(await read({ 'in.csv': text }, { metadataFields: ['title'] })).toEqual([
      { id: '1', text: 'a "quoted", long\ntext', metadata: { title: 'T' } },
      { id: '2', text: 'plain', metadata: { title: '' } },
    ])
  })

  it.each([
    ['LF', 'id,text\n1,one\n2,two\n'],
    ['CRLF', 'id,text\r\n1,one\r\n2,two\r\n'],
    ['CR', 'id,text\r1,one\r2,two\r'],
    ['LF, then CRLF', 'id,text\n1,one\r\n2,two\r\n'],
    ['CRLF, then LF', 'id,text\r\n1,one\n2,two\n'],
    ['CR, then LF and CRLF', 'id,text\r1,one\n2,two\r\n'],
    ['LF after a quoted CR in the header', 'id,text,"a\rb"\n1,one,\n2,two,\n'],
    ['CR after a quoted LF in the header', 'id,text,"a\nb"\r1,one,\r2,two,\r'],
  ])('may end its lines with %s', async (_, text) => {
    const records = [
      { id: '1', text: 'one' },
      { id: '2', text: 'two' },
    ]
    expect(await read({ 'in.csv': text })).toEqual(records)
    expect(await read({ 'in.csv': text.trimEnd() })).toEqual(records)
  })

  it('keeps a CR that ends no line', async () => {
    expect(await read({ 'in.csv': 'id,text\n1,a\rb\n2,"a\r\nb\r"\r\n' })).toEqual([
      { id: '1', text: 'a\rb' },
      { id: '2', text: 'a\r\nb\r' },
    ])
  })

  it('may end its lines with CRLF wherever the file is cut into chunks', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `${i},${'x'.repeat(i % 7)}\r\n`)
    const records = await read({ 'in.csv': `id,text\n${rows.join('')}` })
    expect(records).toEqual(rows.map((_, i) => ({ id: `${i}`, text: 'x'.repeat(i % 7) })))
  })

  it.each(['\n', '\r\n'])('counts its lines also where texts have line breaks (%j)', async (end) => {
    const text = ['id,text', '1,"a', 'b', 'c"', '', '2,"d', 'e"', '3,x,y', ''].join(end)
    await expect(read({ 'in.csv': text })).rejects.toMatchObject({ line: 8 })
    await expect(read({ 'in.csv': text.replace('3,x,y', '2,x') })).rejects.toThrow(
      'line 8: has the id "2", as record 2 has',
    )
  })

  it('reads metadata from a column of that name', async () => {
    expect(await read({ 'in.csv': 'id,text,metadata\n1,x,"{""year"": 1999}"\n2,y,\n' })).toEqual([
      { id: '1', text: 'x', metadata: { year: 1999 } },
      { id: '2', text: 'y' },
    ])
  })

  it.each([
    ['id,text\n1,x\n2\n', /in\.csv, line 3: has 1 field, and the header 2; fields are separated by ","/],
    ['id,text\n1,a, b\n', /in\.csv, line 2: has 3 fields, and the header 2/],
    ['id,text\n1,"x"\n2,"x\n3,x\n4,x\n', /in\.csv, line 3: has a quote that is never closed/],
    ['id,text\n1,a "quoted" b\n', /in\.csv, line 2: has a quote inside a field that does not begin with one/],
    [
      'id,text\n1,"a "quoted" b"\n',
      /in\.csv, line 2: has more after a closing quote than a comma; .* doubled/,
    ],
    ['id,id,text\n1,2,x\n', /two columns are called "id"/],
    ['id,text,__proto__\n1,2,x\n', /in\.csv, line 1: a column is called "__proto__"/],
    ['id,body\n1,x\n', /in\.csv, line 2: has no "text"; it has "id", "body"/],
  ])('refuses %j and says where and why', async (text, message) => {
    const reading = read({ 'in.csv': text })
    await expect(reading).rejects.toBeInstanceOf(InputError)
    await expect(reading).rejects.toThrow(message)
  })

  it('refuses what is not UTF-8', async () => {
    const latin1 = Buffer.from('id,text\n1,caf\xe9\n', 'latin1')
    await expect(read({ 'in.csv': latin1 })).rejects.toThrow(/in\.csv: is not UTF-8/)
  })

  it('refuses a row of more than 64 MiB, as a quote that is not closed makes one of the rest', async () => {
    const path = await sparse('in.csv', 'id,text\n1,x\n2,"x\n3,x\n', 70_000_000)
    // where coverage does not make the parser many times as slow
    const { output, errors } = await inAProcess('readRecords', path)
    expect(output).toBe('{"id":"1","text":"x"}\n')
    expect(errors).toMatch(/InputError: .*in\.csv, line 3: has a row longer than 67108864 bytes/)
  })
})

describe('Parquet', () => {
  async function parquet(codec: 'SNAPPY' | 'GZIP' | 'UNCOMPRESSED', rows: number, rowGroupSize: number) {
    const filename = join(await folderOf(), 'in.parquet')
    const numbers = Array.from({ length: rows }, (_, i) => i)
    parquetWriteFile({
      filename,
      codec,
      compressors: { GZIP: (bytes) => gzipSync(bytes) },
      rowGroupSize,
      columnData: [
        { name: 'id', data: numbers.map(BigInt), type: 'INT64' },
        { name: 'unused', data: numbers.map((i) => ({ i })), type: 'JSON' },
        { name: 'text', data: numbers.map((i) => `text ${i}`), type: 'STRING' },
        { name: 'year', data: numbers.map((i) => (i % 2 ? 1900 + i : undefined)), type: 'INT32' },
        { name: 'metadata', data: numbers.map((i) => JSON.stringify({ i })), type: 'STRING' },
      ],
    })
    return filename
  }

  it.each(['SNAPPY', 'GZIP', 'UNCOMPRESSED'] as const)(
    'is read row group by row group (%s)',
    async (codec) => {
      const records = await all(readRecords(await parquet(codec, 2500, 1000)))
      expect(records).toHaveLength(2500)
      expect(records[2345]).toEqual({ id: '2345', text: 'text 2345', metadata: { i: 2345 } })
    },
  )

  it('takes metadata from columns', async () => {
    const records = await all(readRecords(await parquet('SNAPPY', 2, 1000), { metadataFields: ['year'] }))
    expect(records).toEqual([
      { id: '0', text: 'text 0' },
      { id: '1', text: 'text 1', metadata: { year: 1901 } },
    ])
  })

  it('leaves out a column that is always null', async () => {
    const filename = join(await folderOf(), 'in.parquet')
    parquetWriteFile({
      filename,
      columnData: [
        { name: 'id', data: ['a'], type: 'STRING' },
        { name: 'text', data: ['one'], type: 'STRING' },
        { name: 'title', data: [null], type: 'STRING' },
      ],
    })
    const options = { metadataFields: ['title', 'lang'] }
    expect(await all(readRecords(filename, options))).toEqual([{ id: 'a', text: 'one' }])
  })

  it('takes whole numbers that a 64-bit float rounds as strings, where it is told so, all of a column alike', async () => {
    const filename = join(await folderOf(), 'in.parquet')
    const large = [2n ** 53n - 1n, 2n ** 53n + 1n, -(2n ** 63n)]
    parquetWriteFile({
      filename,
      columnData: [
        { name: 'id', data: large, type: 'INT64' },
        { name: 'text', data: ['a', 'b', 'c'], type: 'STRING' },
        { name: 'number', data: large, type: 'INT64' },
      ],
    })
    await expect(all(readRecords(filename, { metadataFields: ['number'] }))).rejects.toThrow(
      'in.parquet, row 2: the field "number" is 9007199254740993, which a 64-bit float rounds; make it a string',
    )
    const told = { metadataFields: ['number'], metadataTypes: { number: 'string' } } as const
    expect(await all(readRecords(filename, told))).toEqual([
      { id: '9007199254740991', text: 'a', metadata: { number: '9007199254740991' } },
      { id: '9007199254740993', text: 'b', metadata: { number: '9007199254740993' } },
      { id: '-9223372036854775808', text: 'c', metadata: { number: '-9223372036854775808' } },
    ])
  })

  const decimal = (name: string, type: 'INT64' | 'BYTE_ARRAY' | 'FIXED_LEN_BYTE_ARRAY', scale = 0) =>
    ({
      name,
      type,
      ...(type === 'FIXED_LEN_BYTE_ARRAY' && { type_length: 16 }),
      repetition_type: 'OPTIONAL',
      converted_type: 'DECIMAL',
      precision: 38,
      scale,
    }) as const

  it.each(['INT64', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'] as const)(
    'keeps the digits of decimals (%s)',
    async (type) => {
      const filename = join(await folderOf(), 'in.parquet')
      const large = [2n ** 53n + 1n, -(2n ** 53n) - 1n, -7n]
      parquetWriteFile({
        filename,
        schema: [
          { name: 'root', num_children: 4 },
          decimal('id', type),
          { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
          decimal('whole', type),
          decimal('price', type, 2),
        ],
        columnData: [
          { name: 'id', data: large },
          { name: 'text', data: ['a', 'b', 'c'] },
          { name: 'whole', data: [large[0], undefined, -7n] },
          { name: 'price', data: [115n, -7n, undefined] },
        ],
      })
      const told = { metadataFields: ['whole', 'price'], metadataTypes: { whole: 'string' } } as const
      expect(await all(readRecords(filename, told))).toEqual([
        { id: '9007199254740993', text: 'a', metadata: { whole: '9007199254740993', price: 1.15 } },
        { id: '-9007199254740993', text: 'b', metadata: { price: -0.07 } },
        { id: '-7', text: 'c', metadata: { whole: '-7' } },
      ])
    },
  )

  it('refuses what is no UTF-8, nor a time, nor an id, naming row and field', async () => {
    const filename = join(await folderOf(), 'in.parquet')
    const texts = ['a', 'b']
    const latin1 = new Uint8Array([0x63, 0x61, 0x66, 0xe9])
    parquetWriteFile({
      filename,
      schema: [
        { name: 'root', num_children: 5 },
        { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        { name: 'latin1', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' },
        { name: 'at', type: 'INT64', converted_type: 'TIMESTAMP_MICROS', repetition_type: 'REQUIRED' },
        { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'REQUIRED' },
      ],
      columnData: [
        { name: 'id', data: texts },
        { name: 'text', data: texts },
        { name: 'latin1', data: [new Uint8Array([0x61]), latin1] },
        { name: 'at', data: [0n, 2n ** 63n - 1n] },
        { name: 'day', data: [0, 2 ** 31 - 1] },
      ],
    })
    for (const [options, problem] of [
      [{ metadataFields: ['at'] }, 'the field "at" is a time outside the range of JavaScript dates'],
      [{ metadataFields: ['day'] }, 'the field "day" is a time outside the range of JavaScript dates'],
      [{ metadataFields: ['latin1'] }, 'the field "latin1" holds bytes that are not UTF-8'],
      [{ textField: 'latin1' }, 'the field "latin1" holds bytes that are not UTF-8'],
      [{ idField: 'latin1' }, 'the field "latin1" holds bytes that are not UTF-8'],
    ] as const) {
      const reading = all(readRecords(filename, options))
      await expect(reading).rejects.toBeInstanceOf(InputError)
      await expect(reading).rejects.toThrow(`in.parquet, row 2: ${problem}`)
    }
  })

  it('refuses an id that is a list or a struct of whole numbers', async () => {
    const filename = join(await folderOf(), 'in.parquet')
    parquetWriteFile({
      filename,
      schema: [
        { name: 'root', num_children: 2 },
        { name: 'id', num_children: 1, repetition_type: 'REQUIRED' },
        { name: 'part', type: 'INT64', repetition_type: 'REQUIRED' },
        { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      ],
      columnData: [
        { name: 'id', data: [{ part: 1n }] },
        { name: 'text', data: ['a'] },
      ],
    })
    await expect(all(readRecords(filename))).rejects.toThrow(
      'in.parquet, row 1: the id is an object, neither a string nor a whole number',
    )
  })

  it('takes a text that is null for an empty one, and refuses an id that is', async () => {
    const filename = join(await folderOf(), 'in.parquet')
    parquetWriteFile({
      filename,
      columnData: [
        { name: 'id', data: ['1', undefined], type: 'STRING' },
        { name: 'text', data: [undefined, 'b'], type: 'STRING' },
      ],
    })
    const records = readRecords(filename)
    expect((await records.next()).value).toEqual({ id: '1', text: '' })
    await expect(records.next()).rejects.toThrow(/in\.parquet, row 2: the field "id" is null/)
  })

  it('is read in slices where a row group is large', async () => {
    const filename = join(await folderOf(), 'in.parquet')
    const rows = 3000
    const text = (i: number) => `${i} ${'x'.repeat(20_000)}`
    parquetWriteFile({
      filename,
      rowGroupSize: rows,
      columnData: [
        { name: 'id', data: Array.from({ length: rows }, (_, i) => `id-${i}`), type: 'STRING' },
        {
          name: 'text',
          data: Array.from({ length: rows }, (_, i) => text(i)),
          type: 'STRING',
          encoding: 'PLAIN',
        },
      ],
    })
    let index = 0
    for await (const record of readRecords(filename)) {
      if (record.id !== `id-${index}` || record.text !== text(index)) expect(record.id).toBe(`id-${index}`)
      index++
    }
    expect(index).toBe(rows)
  })

  it('says what columns there are, and what is no Parquet', async () => {
    const filename = await parquet('SNAPPY', 1, 1000)
    await expect(all(readRecords(filename, { textField: 'body' }))).rejects.toThrow(
      /in\.parquet: has no column "body"; it has "id", "unused", "text", "year", "metadata"/,
    )
    const folder = await folderOf({ 'no.parquet': 'something else entirely' })
    await expect(all(readRecords(join(folder, 'no.parquet')))).rejects.toThrow(
      /no\.parquet: cannot be read as Parquet/,
    )
  })
})

describe('a folder', () => {
  it('gives the passages of its Markdown and text files, in the order of their names', async () => {
    const folder = await folderOf({
      'b.txt': 'second',
      'a.md': '# Title\n\nfirst',
      'deep/c.markdown': 'third',
      'code.js': 'no',
      '.hidden/d.md': 'no',
      'node_modules/e.md': 'no',
      'empty.md': '',
    })
    expect(await all(readRecords(folder))).toEqual([
      {
        id: 'a.md#1',
        text: '# Title\n\nfirst',
        metadata: { source: 'a.md', line: 1, text: '# Title\n\nfirst' },
      },
      { id: 'b.txt#1', text: 'second', metadata: { source: 'b.txt', line: 1, text: 'second' } },
      {
        id: 'deep/c.markdown#1',
        text: 'third',
        metadata: { source: 'deep/c.markdown', line: 1, text: 'third' },
      },
    ])
  })

  it('has the names of its files in the ids, in ASCII, and as they are in the metadata', async () => {
    const names = ['100% ASCII [1].txt', 'caf%C3%A9.md', 'café.md', 'Übersicht/東京 🗼.md']
    const records = await all(
      readRecords(await folderOf(Object.fromEntries(names.map((name) => [name, 'x'])))),
    )
    expect(records.map(({ id }) => id)).toEqual([
      '100%25 ASCII [1].txt#1',
      'caf%25C3%25A9.md#1',
      'caf%C3%A9.md#1',
      '%C3%9Cbersicht/%E6%9D%B1%E4%BA%AC %F0%9F%97%BC.md#1',
    ])
    expect(records.map(({ metadata }) => metadata?.source)).toEqual(names)
  })

  it('cuts Markdown at its headings first, into passages of at most 1,500 characters', async () => {
    const section = (n: number) => `## Section ${n}\n\n${`Sentence ${n} of a section. `.repeat(40)}\n\n`
    const folder = await folderOf({ 'a.md': [1, 2, 3].map(section).join('') })
    const records = await all(readRecords(folder, { metadataFields: ['line'] }))
    expect(records.map(({ text }) => text.split('\n')[0])).toEqual([
      '## Section 1',
      '## Section 2',
      '## Section 3',
    ])
    expect(records.map(({ metadata }) => metadata?.line)).toEqual([1, 5, 9])
    const wall = await folderOf({ 'wall.txt': 'word '.repeat(2000) })
    const pieces = await all(readRecords(wall))
    expect(pieces.length).toBeGreaterThan(6)
    for (const { text } of pieces) expect(text.length).toBeLessThanOrEqual(1500)
  })

  it('refuses a file of more than 64 MiB', async () => {
    const reading = all(readRecords(await sparse('in.txt', 'text', 64 * 1024 * 1024 + 1)))
    await expect(reading).rejects.toBeInstanceOf(InputError)
    await expect(reading).rejects.toThrow('in.txt: has more than 67108864 bytes')
  })

  // macOS has no such names
  it.runIf(process.platform === 'linux')('refuses a name that is not UTF-8', async () => {
    const latin1 = (folder: string, name: string) =>
      Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')])
    const file = await folderOf({ 'caf\uFFFD.md': 'x' })
    await writeFile(latin1(file, 'caf\xe9.js'), 'x')
    expect(await all(readRecords(file))).toHaveLength(1)
    await writeFile(latin1(file, 'th\xe9.md'), 'x')
    const folder = await folderOf({ 'a.md': 'x' })
    await mkdir(latin1(folder, 'th\xe9'))
    for (const unreadable of [file, folder]) {
      const reading = all(readRecords(unreadable))
      await expect(reading).rejects.toBeInstanceOf(InputError)
      await expect(reading).rejects.toThrow(/th\uFFFD(\.md)?: has a name that is not UTF-8; rename it/)
    }
  })

  it('without such a file is refused', async () => {
    const folder = await folderOf({ 'a.js': '' })
    await expect(all(readRecords(folder))).rejects.toThrow(
      /has no document that can be read, .*: 1 × \.js files are not read/,
    )
  })
})

it('refuses an input that does not exist, or has an unknown extension', async () => {
  const folder = await folderOf({ 'a.xlsx': '' })
  await expect(all(readRecords(join(folder, 'none.jsonl')))).rejects.toThrow(/none\.jsonl: does not exist/)
  await expect(all(readRecords(join(folder, 'a.xlsx')))).rejects.toThrow(
    /a\.xlsx: has an unknown extension; known are \.jsonl/,
  )
})

it('asks the file for no more than the reader takes', async () => {
  const folder = await folderOf()
  const path = join(folder, 'in.jsonl')
  const good = Array.from({ length: 20_000 }, (_, i) => ({ id: `id-${i}`, text: 'x'.repeat(100) }))
  await writeFile(path, `${lines(...good)}broken\n`)
  // The broken last line is far behind the first chunk: a reader that leaves early never meets it.
  for await (const { id } of readRecords(path)) if (id === 'id-10') break
})
