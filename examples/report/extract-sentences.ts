export interface Sentence {
  readonly text: string
  readonly source: string
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

/** The sentences of Markdown prose, without code blocks, tables' bars and other marks. */
export function extractSentences(passages: readonly { text: string; source: string }[]): Sentence[] {
  return passages.flatMap(({ text, source }) =>
    text
      .replace(/```[\s\S]*?(```|$)/g, ' ')
      .split(/\n\s*\n|\n(?=\s*[*\-#])/)
      .flatMap((paragraph) => [...segmenter.segment(paragraph)])
      .map(({ segment }) =>
        segment
          .replace(/^\s*([-*#>|]+\s+)*/, '')
          .replace(/\s+/g, ' ')
          .trim(),
      )
      .filter((sentence) => /\w+ \w+ \w+/.test(sentence))
      .map((sentence) => ({ text: sentence, source })),
  )
}
