import { execFile } from 'node:child_process'
import { cp, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type BadRecord, InputError, readRecords, type SkippedFile } from '../dist/index.js'
import { all, folderOf } from './folder.js'

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

async function read(name: string, content: string) {
  return all(readRecords(join(await folderOf({ [name]: content }), name)))
}

describe('a document', () => {
  it('may be a notebook, without its output', async () => {
    const notebook = {
      nbformat: 4,
      metadata: { language_info: { name: 'python' } },
      cells: [
        { cell_type: 'markdown', source: ['# Title\n', 'Words.'] },
        { cell_type: 'code', source: 'print(1)', outputs: [{ text: 'secret' }] },
        { cell_type: 'code', source: [] },
      ],
    }
    const text = '# Title\nWords.\n\n```python\nprint(1)\n```'
    expect(await read('a.ipynb', JSON.stringify(notebook))).toEqual([
      { id: 'a.ipynb#1', text, metadata: { source: 'a.ipynb', text } },
    ])
    await expect(read('a.ipynb', '{}')).rejects.toThrow('is not a notebook of version 4')
  })

  it.each(['a.rst', 'a.mdx'])('may be text of another name: %s', async (name) => {
    expect((await read(name, 'Title\n=====\n\nWords.')).map(({ text }) => text)).toEqual([
      'Title\n=====\n\nWords.',
    ])
  })

  it('may be HTML, which is read as Markdown', async () => {
    const html =
      '<html><head><title>no</title><style>b{}</style></head><body><h1>Guide</h1><p>Read <a href="x">this</a>.</p><script>no()</script></body></html>'
    expect((await read('a.html', html)).map(({ text }) => text)).toEqual(['# Guide\n\nRead this.'])
  })

  it('may be of Word, with its headings', async () => {
    expect((await all(readRecords(fixture('guide.docx')))).map(({ text }) => text)).toEqual([
      '# Guide\n\nPools keep sockets open.',
    ])
  })

  it('may be PDF, with the pages in the metadata', async () => {
    expect(await all(readRecords(fixture('guide.pdf')))).toEqual([
      {
        id: 'guide.pdf#1',
        text: 'Pools keep sockets open.',
        metadata: { source: 'guide.pdf', page: 1, text: 'Pools keep sockets open.' },
      },
      {
        id: 'guide.pdf#2',
        text: 'Clients have one pool.',
        metadata: { source: 'guide.pdf', page: 2, text: 'Clients have one pool.' },
      },
    ])
  })

  it.each(['a.pdf', 'a.docx'])('that is none is refused: %s', async (name) => {
    await expect(read(name, 'something else')).rejects.toThrow(/cannot be read as (PDF|a Word document)/)
  })
})

it('a folder says which files are not read', async () => {
  const folder = await folderOf({
    'a.md': 'one',
    'b.png': '',
    'deep/c.js': '',
    Makefile: '',
    '.hidden/d.md': 'no',
  })
  await cp(fixture('guide.pdf'), join(folder, 'guide.pdf'))
  await symlink('a.md', join(folder, 'link.md'))
  await promisify(execFile)('mkfifo', [join(folder, 'pipe.md')])
  const skipped: SkippedFile[] = []
  const records = await all(readRecords(folder, { onSkippedFile: (file) => skipped.push(file) }))
  expect(records.map(({ id }) => id)).toEqual(['a.md#1', 'guide.pdf#1', 'guide.pdf#2'])
  expect(skipped.map(({ path, reason }) => [path.slice(folder.length + 1), reason])).toEqual([
    ['Makefile', 'files without an extension are not read'],
    ['b.png', '.png files are not read'],
    ['deep/c.js', '.js files are not read'],
    ['link.md', 'links are not read'],
    ['pipe.md', 'pipes, sockets and devices are not read'],
  ])
})

describe('documents that cannot be read', () => {
  const files = {
    'a.md': 'one',
    'b.ipynb': '{"cells":',
    'c/d.txt': Buffer.from('déjà vu à la fenêtre', 'latin1'),
    'e.md': 'two',
  }

  it('are all named by one error', async () => {
    const folder = await folderOf(files)
    const reading = all(readRecords([join(folder, 'a.md'), join(folder, 'b.ipynb'), join(folder, 'c')]))
    await expect(reading).rejects.toThrow(
      /2 files cannot be read: \(1\) .*b\.ipynb: is not a notebook.*; \(2\) .*c\/d\.txt: is not UTF-8/,
    )
    await expect(reading).rejects.toBeInstanceOf(InputError)
  })

  it('are set aside with their reasons, and the others read', async () => {
    const folder = await folderOf(files)
    const bad: BadRecord[] = []
    const records = await all(readRecords(folder, { onBadRecord: (one) => bad.push(one) }))
    expect(records.map(({ id }) => id)).toEqual(['a.md#1', 'e.md#1'])
    expect(bad.map(({ error, values }) => [error.message.slice(folder.length + 1), values])).toEqual([
      [expect.stringContaining('b.ipynb: is not a notebook'), { source: 'b.ipynb' }],
      [expect.stringContaining('c/d.txt: is not UTF-8'), { source: 'c/d.txt' }],
    ])
  })
})

it('a document without text is told, as its ids would begin', async () => {
  const folder = await folderOf({ 'deep/emptied é.md': ' \n', 'full.md': 'one' })
  const empty: string[] = []
  const onEmptyDocument = (id: string) => empty.push(id)
  await all(readRecords(folder, { idPrefix: 'docs/', onEmptyDocument }))
  expect(empty).toEqual(['docs/deep/emptied %C3%A9.md'])
})
