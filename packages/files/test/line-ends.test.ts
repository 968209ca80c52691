import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRecords } from '../dist/index.js'
import { all, folderOf } from './folder.js'

/** What some programs take for the end of a line: a lone CR, VT, FF, FS, NEL, LS and PS. */
const odd = 'a\rb\vc\fd\x1ce\x85f\u2028g\u2029h'

async function read(name: string, content: string, options = {}) {
  return all(readRecords(join(await folderOf({ [name]: content }), name), options))
}

describe('only LF and CRLF end a line', () => {
  const records = [
    { id: '1', text: odd, metadata: { note: odd } },
    { id: '2', text: 'x', metadata: { note: 'y' } },
  ]
  it.each([
    ['in.jsonl', records.map((record) => JSON.stringify(record)).join('\n')],
    ['in.json', JSON.stringify(records)],
    ['in.csv', `id,text,note\n1,${odd},${odd}\n2,x,y\n`],
    ['quoted.csv', `id,text,note\r\n1,"${odd}","${odd}"\r\n2,x,y\r\n`],
    ['in.tsv', `id\ttext\tnote\n1\t${odd}\t${odd}\n2\tx\ty\n`],
  ])('in %s', async (name, content) => {
    const options = /sv$/.test(name) ? { metadataFields: ['note'] } : {}
    expect(await read(name, content, options)).toEqual(records)
  })

  it.each([
    ['in.jsonl', `${JSON.stringify({ id: '1', text: odd })}\n{"id":"2"}\n`, 'line 2: has no "text"'],
    ['in.csv', `id,text\n1,${odd}\n2\n`, 'line 3: has 1 field'],
    ['quoted.csv', `id,text\r\n1,"${odd}\r\n\n${odd}"\r\n2\r\n`, 'line 5: has 1 field'],
    ['mac.csv', 'id,text\r1,"a\rb\r\nc"\r2\r', 'line 5: has 1 field'],
  ])('where a problem is counted: %s', async (name, content, message) => {
    await expect(read(name, content)).rejects.toThrow(message)
  })

  it('in a file of lines, and in a document', async () => {
    expect(await read('in.txt', `${odd}\nx`, { format: 'lines', ids: 'line' })).toEqual([
      { id: 'in.txt#1', text: odd },
      { id: 'in.txt#2', text: 'x' },
    ])
    const document = `# ${odd}\n\n# Next\n\n${'word '.repeat(18)}`
    const [first, second] = await read('in.md', document, { passages: { size: 100, overlap: 0 } })
    expect([first?.text, second?.metadata?.line]).toEqual([`# ${odd}`, 3])
  })
})
