import { extractSentences } from './extract-sentences.js'

/**
 * The sentence that shares most of its words with the question: what stands in for a chat model where there is
 * none. It quotes; it does not answer.
 */
export function quote(question: string, context: string): string {
  const asked = wordsOf(question)
  const sentences = extractSentences([{ text: context, source: '' }]).map(({ text }) => {
    const words = wordsOf(text)
    const shared = [...asked].filter((word) => words.has(word)).length
    return { text, score: shared / Math.sqrt(words.size) }
  })
  const [best] = sentences.sort((a, b) => b.score - a.score)
  return best && best.score > 0 ? `“${best.text}”` : 'The passages hold no sentence about that.'
}

/** Words from four letters, by those four: "mock" and "mocking" are the same. */
function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/(?<!\p{L})\p{L}{4}/gu))
}
