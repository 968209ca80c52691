export interface Sentence {
  readonly text: string
  readonly source: string
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

/** The sentences of Markdown prose, lists and tables; no headings, no code, nothing that does not end as one. */
export function extractSentences(passages: readonly { text: string; source: string }[]): Sentence[] {
  return passages.flatMap(({ text, source }) =>
    text
      .replace(/```[\s\S]*?(```|$)/g, '\n\n')
      .replace(/^#+ .*$/gm, '\n\n')
      .split(/\n\s*\n|\n(?=\s*[*\-|])/)
      .map((block) => block.replace(/^\s*([-*>|]+\s+)*|[\s|]+$/g, '').replace(/\s+/g, ' '))
      .flatMap((block) => [...segmenter.segment(block)])
      .map(({ segment }) => segment.trim())
      .filter((sentence) => /\w+ \w+ \w+.*[.!?]$/.test(sentence))
      .map((sentence) => ({ text: sentence, source })),
  )
}
