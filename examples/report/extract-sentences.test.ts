import { expect, it } from 'vitest'
import { extractSentences } from './extract-sentences.js'

function sentencesOf(text: string): string[] {
  return extractSentences([{ text, source: 'a.md' }]).map((sentence) => sentence.text)
}

it('splits prose and list items into sentences', () => {
  expect(
    sentencesOf(
      'Two words run on\nto a second line. Another sentence follows.\n\n* **a** - It is the first.',
    ),
  ).toEqual(['Two words run on to a second line.', 'Another sentence follows.', '**a** - It is the first.'])
})

it('takes the row of a table without its outer bars', () => {
  expect(sentencesOf('| Error | Meaning |\n|---|---|\n| `E` | there was an error. |')).toEqual([
    '`E` | there was an error.',
  ])
})

it('leaves out headings, code and fragments', () => {
  expect(
    sentencesOf(
      '## What is this for?\nIt is for reading.\n\n```js\n// a comment of four words.\n```\n\nReturns: `void`',
    ),
  ).toEqual(['It is for reading.'])
})

it('leaves out the code of a block that the passage is cut off in', () => {
  expect(sentencesOf('It starts like this.\n```js\n// a comment of four words.\n')).toEqual([
    'It starts like this.',
  ])
})
