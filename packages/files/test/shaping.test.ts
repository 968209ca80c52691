import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type BadRecord, estimateTokens, InputError, type ReadOptions, readRecords } from '../dist/index.js'
import { all, folderOf } from './folder.js'

async function read(content: string, options: ReadOptions, name = 'in.csv') {
  return all(readRecords(join(await folderOf({ [name]: content }), name), options))
}

describe('ids', () => {
  it('may be hashes of the texts, which stay the same when the order changes', async () => {
    const there = await read('text\none\ntwo\none\n', { ids: 'hash' })
    expect(there.map(({ id }) => id)).toEqual([
      '7692c3ad3540bb803c020b3aee66cd88',
      '3fc4ccfe745870e2c0d99f71f30ff065',
      '7692c3ad3540bb803c020b3aee66cd88-2',
    ])
    const back = await read('text\ntwo\none\n', { ids: 'hash', idsAreUnique: true })
    expect(back.map(({ id }) => id)).toEqual([there[1]?.id, there[0]?.id])
  })

  it('may be line numbers, and may have a prefix', async () => {
    expect((await read('text\none\n\ntwo\n', { ids: 'line' })).map(({ id }) => id)).toEqual([
      'in.csv#2',
      'in.csv#4',
    ])
    expect((await read('id,text\n1,one\n', { idPrefix: 'faq/' })).map(({ id }) => id)).toEqual(['faq/1'])
  })

  it('that are missing are asked for by the names of the options', async () => {
    await expect(read('text\none\n', {})).rejects.toThrow(
      'has no "id"; it has "text"; name the field (--id-field), or make ids of the texts (--ids hash)',
    )
  })

  it('of documents have the path as it was given, where several are given', async () => {
    const folder = await folderOf({ 'a/README.md': 'one', 'b/README.md': 'two', 'c/deep/d.md': 'three' })
    const idsOf = async (...inputs: string[]) => {
      const paths = inputs.map((input) => join(folder, input))
      return (await all(readRecords(paths))).map(({ id }) => id.replace(`${folder}/`, ''))
    }
    expect(await idsOf('a/README.md')).toEqual(['README.md#1'])
    expect(await idsOf('a/README.md', 'b/README.md')).toEqual(['a/README.md#1', 'b/README.md#1'])
    expect(await idsOf('a', 'b', 'c')).toEqual(['a/README.md#1', 'b/README.md#1', 'c/deep/d.md#1'])
    expect(await idsOf('c')).toEqual(['deep/d.md#1'])
  })
})

describe('metadata', () => {
  const content =
    'id,text,year,draft,tags,isbn\n1,one,1999,true,"[""a"",""b""]",00123456789012345678\n2,two,,,,\n'
  const metadataTypes = { year: 'number', draft: 'boolean', tags: 'strings', isbn: 'string' } as const

  it('keeps lists and objects as JSON where a string is wanted, with all digits', async () => {
    const line = '{"id":"1","text":"one","tags":["a",null],"author":{"name":"b","key":1234567890123456789}}\n'
    const metadataFields = ['tags', 'author']
    await expect(read(line, { metadataFields }, 'in.jsonl')).rejects.toThrow(
      'the field "tags" cannot be metadata: Pinecone accepts strings, numbers, booleans and lists of strings; --metadata-types tags:string keeps its JSON',
    )
    const metadataTypes = { tags: 'string', author: 'string' } as const
    const [record] = await read(line, { metadataFields, metadataTypes }, 'in.jsonl')
    expect(record?.metadata).toEqual({ tags: '["a",null]', author: '{"name":"b","key":1234567890123456789}' })
  })

  it('may be all other fields, each of the type it is told to be', async () => {
    expect(await read(content, { metadataFields: '*', metadataTypes })).toEqual([
      {
        id: '1',
        text: 'one',
        metadata: { year: 1999, draft: true, tags: ['a', 'b'], isbn: '00123456789012345678' },
      },
      { id: '2', text: 'two', metadata: { isbn: '' } },
    ])
  })

  it.each([
    ['year', '1,999', 'number'],
    ['year', '1234567890123456789', 'number'],
    ['year', '0x10', 'number'],
    ['year', '1e999', 'number'],
    ['draft', 'maybe', 'boolean'],
    ['tags', 'a;b', 'strings'],
  ] as const)('of another type is refused, never rounded: %s %s', async (name, value, type) => {
    const reading = read(`id,text,${name}\n1,x,"${value}"\n`, {
      metadataFields: '*',
      metadataTypes: { [name]: type },
    })
    await expect(reading).rejects.toBeInstanceOf(InputError)
    await expect(reading).rejects.toThrow(new RegExp(`line 2: the field "${name}" is`))
  })

  it('of JSON keeps each whole number, or is refused', async () => {
    const line = (n: string) => `{"id":"1","text":"x","metadata":{"n":${n}}}\n`
    const numberOf = async (n: string) => (await read(line(n), {}, 'in.jsonl'))[0]?.metadata?.n
    for (const exact of ['9007199254740992', '-9007199254740994', '10000000000000000']) {
      expect(await numberOf(exact)).toBe(Number(exact))
    }
    await expect(numberOf('9007199254740993')).rejects.toThrow('which a 64-bit float rounds')
    expect(await numberOf('0.12345678901234567')).toBe(0.12345678901234566)
    const told = { metadataTypes: { n: 'string' } } as const
    expect(await read(line('1234567890123456789'), told, 'in.jsonl')).toEqual([
      { id: '1', text: 'x', metadata: { n: '1234567890123456789' } },
    ])
  })

  it('has no key that begins with $, and no half of a surrogate pair', async () => {
    await expect(read('id,text,$set\n1,x,y\n', { metadataFields: '*' })).rejects.toThrow('it begins with $')
    const half = '{"id":"1","text":"a\\ud83c","metadata":{"k\\udf5c":"v\\ud83c","list":["\\ud83c"]}}\n'
    expect(await read(half, {}, 'in.jsonl')).toEqual([
      { id: '1', text: 'a\uFFFD', metadata: { 'k\uFFFD': 'v\uFFFD', list: ['\uFFFD'] } },
    ])
  })
})

describe('texts', () => {
  it('may be several fields', async () => {
    const content = 'id,title,body\n1,Pools,Keep sockets.\n2,,Alone.\n'
    expect((await read(content, { textField: ['title', 'body'] })).map(({ text }) => text)).toEqual([
      'Pools\n\nKeep sockets.',
      'Alone.',
    ])
  })

  it('of records are split into passages where that is told, each with its own metadata', async () => {
    const long = 'A sentence of some words. '.repeat(20).trim()
    const options = { passages: { size: 200, overlap: 0 }, metadataFields: ['text'] }
    const records = await read(`id,text\n1,${long}\n2,short\n`, options)
    expect(records.map(({ id }) => id)).toEqual(['1#1', '1#2', '1#3', '2#1'])
    for (const { text, metadata } of records) {
      expect(text.length).toBeLessThanOrEqual(200)
      expect(metadata).toEqual({ text })
    }
    const byTokens = await read(`id,text\n1,${'文'.repeat(500)}\n`, {
      passages: { size: 100, unit: 'tokens' },
    })
    for (const { text } of byTokens) expect(estimateTokens(text)).toBeLessThanOrEqual(100)
    await expect(read('id,text\n1,x\n', { passages: { size: 5 } })).rejects.toThrow(RangeError)
  })

  it('end after as many as are wanted', async () => {
    expect(await read('id,text\n1,one\n2,two\n3\n', { limit: 2 })).toHaveLength(2)
  })
})

it('sets bad records aside with their reasons, and goes on', async () => {
  const bad: BadRecord[] = []
  const records = await read('id,text\n1,one\n2\n1,again\n,none\n3,three\n', {
    onBadRecord: (one) => bad.push(one),
  })
  expect(records.map(({ id }) => id)).toEqual(['1', '3'])
  expect(bad.map(({ error }) => error.line)).toEqual([3, 4, 5])
  expect(bad.map(({ values }) => values)).toEqual([
    { id: '2' },
    { id: '1', text: 'again' },
    { id: '', text: 'none' },
  ])
  const lines = '{"id":"1","text":"one"}\n{"id":\n[3]\n{"id":"4","text":"four"}\n'
  bad.length = 0
  expect(await read(lines, { onBadRecord: (one) => bad.push(one) }, 'in.jsonl')).toHaveLength(2)
  expect(bad.map(({ error }) => error.message.replace(/^.*in\.jsonl, /, ''))).toEqual([
    expect.stringMatching(/^line 2: is not JSON: /),
    expect.stringMatching(/^line 3: is not a JSON object/),
  ])
})
