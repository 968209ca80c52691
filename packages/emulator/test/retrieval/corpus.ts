import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { CorpusName, Question } from './questions.js'

export interface Passage {
  readonly file: string
  readonly heading: string
  readonly text: string
}

const longestPassage = 1200
const require = createRequire(import.meta.url)

/** The Markdown docs that the package ships, split at headings and, where a section is long, at blank lines. */
export function readCorpus(name: CorpusName): Passage[] {
  const docs = join(dirname(require.resolve(`${name}/package.json`)), 'docs')
  return readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .sort()
    .flatMap((file) => split(file, readFileSync(join(docs, file), 'utf8')))
}

function split(file: string, markdown: string): Passage[] {
  const sections: { heading: string; lines: string[] }[] = [{ heading: '', lines: [] }]
  let fenced = false
  for (const line of markdown.split('\n')) {
    if (/^\s*```/.test(line)) fenced = !fenced
    const heading = fenced ? undefined : /^#{1,6} (.*)/.exec(line)?.[1]
    if (heading !== undefined)
      sections.push({ heading: heading.replace(/<a [^>]*><\/a>/g, '').trim(), lines: [] })
    sections.at(-1)?.lines.push(line)
  }
  return sections.flatMap(({ heading, lines }) =>
    paragraphs(lines.join('\n').replace(/<a [^>]*><\/a>/g, '')).map((text) => ({ file, heading, text })),
  )
}

function paragraphs(section: string): string[] {
  const passages: string[] = []
  let current = ''
  for (const paragraph of section.split(/\n\s*\n/)) {
    if (current !== '' && current.length + paragraph.length > longestPassage) {
      passages.push(current)
      current = ''
    }
    current = current === '' ? paragraph : `${current}\n\n${paragraph}`
  }
  return [...passages, current].map((text) => text.trim()).filter((text) => text !== '')
}

/** Indices of the passages that answer the question. */
export function answers(question: Question, passages: readonly Passage[]): Set<number> {
  const found = passages.flatMap(({ file, heading }, index) =>
    file === question.file && question.sections.some((section) => heading.startsWith(section)) ? [index] : [],
  )
  return new Set(found)
}
