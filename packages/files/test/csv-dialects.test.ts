import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError, type ReadOptions, readDocuments, readRecords } from '../dist/index.js'
import { all, folderOf } from './folder.js'

async function read(content: string | Uint8Array, options?: ReadOptions, name = 'in.csv') {
  return all(readRecords(join(await folderOf({ [name]: content }), name), options))
}

const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')
const records = [
  { id: '1', text: 'one, or 1' },
  { id: '2', text: 'two' },
]

describe('a separator', () => {
  it.each([
    ['of a European Excel, CSV UTF-8', '\uFEFFid;text\r\n1;one, or 1\r\n2;two\r\n'],
    ['of a European Excel, with a line that tells it', 'sep=;\r\nid;text\r\n1;one, or 1\r\n2;two\r\n'],
    ['told by a line in quotes', '"sep=;"\r\nid;text\r\n1;one, or 1\r\n2;two\r\n'],
    ['told by a line with a byte order mark', '\uFEFFsep=|\nid|text\n1|one, or 1\n2|two\n'],
    ['tab', 'id\ttext\n1\tone, or 1\n2\ttwo\n'],
    ['pipe', 'id|text\n1|one, or 1\n2|two\n'],
    ['comma, with quotes', 'id,text\n1,"one, or 1"\n2,two\n'],
    ['comma and space', 'id, text\n1, "one, or 1"\n2, two\n'],
  ])('is recognised: %s', async (_, content) => {
    expect(await read(content)).toEqual(records)
  })

  it('is the tab in .tsv, whose quotes are ordinary characters', async () => {
    const content = 'id\ttext\n1\ta 5" pipe\n2\t"quoted ""too"""\n'
    expect((await read(content, {}, 'in.tsv')).map(({ text }) => text)).toEqual(['a 5" pipe', 'quoted "too"'])
    const open = '"open\n'
    await expect(read(`id\ttext\n1\t${open}2\tb\n3\tc"\n`, {}, 'in.tsv')).rejects.toThrow(
      /in\.tsv, line 4: has a quoted field with tabs and line breaks in it/,
    )
  })

  it('is the tab, with tabs and line breaks in quotes, where the lines are no rows by themselves', async () => {
    const content = 'id\ttext\r\n1\t"a\tb\r\nc\td"\r\n2\te\r\n3\t"if (""x"")\n\treturn\t1"\r\n'
    expect((await read(content, {}, 'in.tsv')).map(({ text }) => text)).toEqual([
      'a\tb\r\nc\td',
      'e',
      'if ("x")\n\treturn\t1',
    ])
    const inches = 'id\ttext\n1\t"a\tb\n2\t5" pipe\n3\tc"\n'
    await expect(read(inches, {}, 'in.tsv')).rejects.toThrow('is a quote unclosed, or meant literally?')
  })

  it('may be told, and then is no other', async () => {
    const content = 'id;a~text\n1;x~one;two\n'
    expect(await read(content, { delimiter: '~', idField: 'id;a' })).toEqual([{ id: '1;x', text: 'one;two' }])
    expect(await read('id\ttext\n1\tone\n', { delimiter: 'tab' })).toEqual([{ id: '1', text: 'one' }])
  })

  it('that may be one or another is asked for', async () => {
    const content = 'a;b,c\n1;2,3\n4;5,6\n'
    const reading = read(content, { ids: 'line', textField: 'text' })
    await expect(reading).rejects.toBeInstanceOf(InputError)
    await expect(reading).rejects.toThrow('may be separated by "," or ";"; say which (--delimiter)')
  })

  it('is recognised by the columns that are wanted, where the rows are uneven', async () => {
    await expect(read('id;text\n1;x\n2\n')).rejects.toThrow(
      /line 3: has 1 field, and the header 2; fields are separated by ";"/,
    )
  })

  it('gives back what was written with it, whatever the fields hold', async () => {
    const field = fc.string({ unit: fc.constantFrom(',', ';', '\t', '|', '"', ' ', '\n', '\r\n', 'a', 'é') })
    const rows = fc.array(field, { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(',', ';', '\t', '|'), rows, async (delimiter, texts) => {
        const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`
        const table = texts.map((text, i) => `${i}${delimiter}${quoted(text)}${delimiter}x\r\n`).join('')
        const reading = read(`id${delimiter}text${delimiter}more\r\n${table}`)
        const mayBeRefused =
          delimiter === '\t' && texts.some((text) => text.includes('\t') && /[\r\n]/.test(text))
        const got = await reading.catch((error: Error) => error.message)
        if (mayBeRefused && typeof got === 'string') expect(got).toContain('tabs and line breaks')
        else expect(got).toEqual(texts.map((text, i) => ({ id: `${i}`, text })))
      }),
      { numRuns: 60 },
    )
  })
})

describe('columns', () => {
  it('that nobody asked for may have no name, or one name twice', async () => {
    const content = ',id,text,note,note\n0,1,one,a,b\n'
    expect(await read(content)).toEqual([{ id: '1', text: 'one' }])
    await expect(read(content, { metadataFields: ['note'] })).rejects.toThrow('two columns are called "note"')
    expect(await read(content, { metadataFields: '*' })).toEqual([
      { id: '1', text: 'one', metadata: { 'column 1': '0', note: 'a', 'note.2': 'b' } },
    ])
    const path = join(await folderOf({ 'in.csv': content }), 'in.csv')
    expect((await all(readDocuments(path))).map(({ values }) => values)).toEqual([
      { 'column 1': '0', id: '1', text: 'one', note: 'a', 'note.2': 'b' },
    ])
  })

  it('have names without the spaces around them', async () => {
    expect(await read('id ,text , year\n1,one,1999\n', { metadataFields: ['year'] })).toEqual([
      { id: '1', text: 'one', metadata: { year: '1999' } },
    ])
  })
})

describe('rows', () => {
  it('that are blank are passed over, as Excel leaves them', async () => {
    expect(await read('id;text\r\n1;one\r\n;\r\n ; \r\n2;two\r\n;;;\r\n')).toEqual([
      { id: '1', text: 'one' },
      { id: '2', text: 'two' },
    ])
  })

  it('may have more fields than the header, if those are empty', async () => {
    expect(await read('id,text\n1,one,,\n')).toEqual([{ id: '1', text: 'one' }])
  })

  it.each(['\x1a', '\r\n\x1a', '\r', '\r\x1a'])('may end with Ctrl-Z, or a cut CRLF: %j', async (end) => {
    expect(await read(`id,text\r\n1,one${end}`)).toEqual([{ id: '1', text: 'one' }])
    expect(await read('id,text\n1,a\x1ab\n')).toEqual([{ id: '1', text: 'a\x1ab' }])
  })
})

describe('an encoding', () => {
  it('may be UTF-16, as Excel writes "Unicode Text" and PowerShell writes with >', async () => {
    const text = 'id\ttext\r\n1\tcafé 🙂\r\n'
    const expected = [{ id: '1', text: 'café 🙂' }]
    expect(await read(utf16(text))).toEqual(expected)
    expect(await read(utf16(text).swap16())).toEqual(expected)
    expect(await read(utf16(text).subarray(2))).toEqual(expected)
    expect(await read(utf16('{"id":"1","text":"café 🙂"}\r\n'), {}, 'in.jsonl')).toEqual(expected)
    expect(await read(utf16('café 🙂'), { metadataFields: [] }, 'in.txt')).toEqual([
      { id: 'in.txt#1', text: 'café 🙂' },
    ])
  })

  it('that is UTF-32 is told as such', async () => {
    for (const mark of ['fffe0000', '0000feff']) {
      const content = Buffer.concat([Buffer.from(mark, 'hex'), Buffer.alloc(8)])
      await expect(read(content)).rejects.toThrow('is UTF-32, which is not read; save it as UTF-8')
    }
  })

  it('of another kind is refused with a guess, and read when it is told', async () => {
    const latin1 = Buffer.from(
      'id,text\n1,un café très corsé, déjà bu à la fenêtre\n'.replace(', d', ' d'),
      'latin1',
    )
    await expect(read(latin1)).rejects.toThrow(
      /is not UTF-8, perhaps (ISO-8859-1|windows-1252); name its encoding/,
    )
    expect(await read(latin1, { encoding: 'windows-1252' })).toEqual([
      { id: '1', text: 'un café très corsé déjà bu à la fenêtre' },
    ])
    await expect(read(latin1, { encoding: 'latin-nonsense' })).rejects.toThrow('no such encoding')
    await expect(read(latin1, { encoding: 'shift_jis' })).rejects.toThrow('is not shift_jis')
  })
})
