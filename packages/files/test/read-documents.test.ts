import { join } from 'node:path'
import { expect, it } from 'vitest'
import { InputError, readDocuments } from '../dist/index.js'
import { all, folderOf } from './folder.js'
import { fromStandardInput } from './in-a-process.js'

async function valuesIn(files: Record<string, string>) {
  const folder = await folderOf(files)
  const documents = await all(readDocuments(Object.keys(files).map((name) => join(folder, name))))
  return documents.map(({ values }) => values)
}

it('documents have all their fields and need no id', async () => {
  const files = {
    'a.jsonl': '{"text":"one","score":0.5,"nested":{"deep":true}}\n\n{"title":"no text"}\n',
    'b.csv': 'name,description\ncoat,"warm, dry"\n',
    'c.md': '# Title\n\nthree',
  }
  expect(await valuesIn(files)).toEqual([
    { text: 'one', score: 0.5, nested: { deep: true } },
    { title: 'no text' },
    { name: 'coat', description: 'warm, dry' },
    expect.objectContaining({ text: '# Title\n\nthree', source: 'c.md' }),
  ])
})

it('a document is refused in words that name its file and line', async () => {
  const path = join(await folderOf({ 'a.jsonl': '{"text":"one"}\n{"body":"two"}\n' }), 'a.jsonl')
  const [, second] = await all(readDocuments(path))
  const refusal = second?.refuse('has no "text"')
  expect(refusal).toBeInstanceOf(InputError)
  expect(refusal?.message).toMatch(/a\.jsonl, line 2: has no "text"/)
})

it('the standard input is JSONL where its first line is an object', async () => {
  const values = { text: 'one', year: 1999 }
  const output = await fromStandardInput('readDocuments', `${JSON.stringify(values)}\n`)
  expect(output).toBe(`${JSON.stringify({ values, line: 1 })}\n`)
})

it('any other standard input is a document a line, empty lines aside', async () => {
  const output = await fromStandardInput('readDocuments', 'first\r\n\n  \n{"not": "the first line"}\nlast')
  expect(
    output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).values),
  ).toEqual([{ text: 'first' }, { text: '{"not": "the first line"}' }, { text: 'last' }])
})
