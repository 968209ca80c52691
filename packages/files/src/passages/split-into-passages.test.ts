import { RecursiveCharacterTextSplitter } from '@langchain/textsplitters'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateTokens, splitIntoPassages } from './split-into-passages.js'

const LONE_SURROGATE = /\p{Surrogate}/u
const sentences = (count: number) => 'A sentence of some words. '.repeat(count)

it('never cuts a character in two, and keeps to the length', async () => {
  const unit = fc.constantFrom('😀', '👩‍👩‍👧', 'é', 'x', '文', ' ', '\n', '\n\n', '# ', '## ', '```', '.')
  const run = fc.tuple(unit, fc.nat(1000)).map(([text, count]) => text.repeat(count))
  const texts = fc.array(run, { maxLength: 8 }).map((runs) => runs.join(''))
  await fc.assert(
    fc.asyncProperty(texts, fc.constantFrom('markdown', 'plain'), async (text, kind) => {
      for (const passage of splitIntoPassages(text, kind)) {
        expect(passage.text).not.toMatch(LONE_SURROGATE)
        expect(passage.text.length).toBeLessThanOrEqual(1500)
        expect(text.includes(passage.text)).toBe(true)
      }
    }),
  )
})

it('fills passages where a text has no spaces, and repeats what it cuts inside', async () => {
  const [first, second] = splitIntoPassages('文'.repeat(2000), 'plain')
  expect([first?.text.length, second?.text.length]).toEqual([1500, 650])
})

describe('Markdown', () => {
  /** Of a heading and some words. */
  const section = (heading: string, words: number) => `${heading}\n\n${sentences(words).trim()}`
  const textsOf = async (sections: string[]) =>
    splitIntoPassages(sections.join('\n\n'), 'markdown').map(({ text }) => text)

  it.each(['#', '##', '###'])('is cut at headings with %s', async (mark) => {
    const sections = [section(`${mark} One`, 30), section(`${mark} Two`, 30)]
    expect(await textsOf(sections)).toEqual(sections)
  })

  it('is cut at headings of the first level before those of the second', async () => {
    const sections = [`${section('# One', 20)}\n\n${section('## Details', 20)}`, section('# Two', 20)]
    expect(await textsOf(sections)).toEqual(sections)
  })

  const code = `# a comment\n${'do something\n'.repeat(40)}`
  it.each([
    ['backticks', `\`\`\`sh\n${code}\`\`\``],
    ['tildes, with backticks in it', `~~~\n\`\`\`\n${code}~~~`],
    ['more backticks, with fewer in it', `\`\`\`\`md\n\`\`\`sh\n${code}\`\`\`\n\`\`\`\``],
    ['backticks, behind some in a line', `\`\`\`not a block\`\`\`\n\n\`\`\`\n${code}\`\`\``],
  ])('takes no comment in a code block for a heading: %s', async (_, block) => {
    const sections = [section('## One', 45), `## Two\n\n${block}`, section('# Three', 30)]
    expect(await textsOf(sections)).toEqual(sections)
  })
})

it.each([
  ['plain', new RecursiveCharacterTextSplitter({ chunkSize: 300, chunkOverlap: 30 })],
  [
    'markdown',
    new RecursiveCharacterTextSplitter({
      chunkSize: 300,
      chunkOverlap: 30,
      separators: ['\n# ', ...RecursiveCharacterTextSplitter.getSeparatorsForLanguage('markdown')],
    }),
  ],
] as const)('cuts as LangChain does (%s), which is where its rules are from', async (kind, splitter) => {
  const unit = fc.constantFrom('word ', 'a sentence. ', 'é', '\n', '\n\n', '\n# ', '\n## ', '\n\n---\n\n')
  const run = fc.tuple(unit, fc.integer({ min: 1, max: 40 })).map(([text, count]) => text.repeat(count))
  await fc.assert(
    fc.asyncProperty(
      fc.array(run, { maxLength: 20 }).map((runs) => runs.join('')),
      async (text) => {
        const theirs = await splitter.createDocuments([text])
        expect(splitIntoPassages(text, kind, { size: 300, overlap: 30 }).map(({ text }) => text)).toEqual(
          theirs.map(({ pageContent }) => pageContent),
        )
      },
    ),
  )
})

it('says the line that each passage begins in', () => {
  const text = Array.from({ length: 400 }, (_, i) => `Line ${i + 1} of many.${i % 7 ? '' : '\n'}`).join('\n')
  const lines = text.split('\n')
  for (const { text, line } of splitIntoPassages(`# Lines\n\n${lines.join('\n')}`, 'markdown')) {
    expect(
      ['# Lines', '', ...lines]
        .slice(line - 1)
        .join('\n')
        .startsWith(text),
    ).toBe(true)
  }
})

it('measures by tokens where it is told so', () => {
  const passages = splitIntoPassages('文'.repeat(2000), 'plain', { size: 400, overlap: 0, unit: 'tokens' })
  expect(passages.map(({ text }) => estimateTokens(text))).toEqual([400, 400, 400, 400, 400])
  expect(estimateTokens('four')).toBe(1)
})
