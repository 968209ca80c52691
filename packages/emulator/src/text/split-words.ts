const words = /[\p{L}\p{N}\p{M}]+(?:['’]\p{L}+)*|\p{Extended_Pictographic}/gu
const unspacedScript =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const longestWord = 48

let segmenter: Intl.Segmenter | undefined

/** Words and emoji of a text, in order and as written. Scripts without spaces are split by `Intl.Segmenter`. */
export function splitWords(text: string): string[] {
  const found: string[] = []
  for (const [run] of text.matchAll(words)) {
    if (unspacedScript.test(run)) {
      segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' })
      for (const { segment } of segmenter.segment(run)) found.push(segment)
    } else {
      for (let start = 0; start < run.length; start += longestWord) {
        found.push(start === 0 && run.length <= longestWord ? run : run.slice(start, start + longestWord))
      }
    }
  }
  return found
}
