import { commonWords } from './generated/common-words.js'

/** Rarity of a word that everyday English does not use. */
export const rarest = 7

const rarityByStem = new Map<string, number>()
for (const [rarity, stems] of commonWords) {
  for (const stem of stems.split(' ')) rarityByStem.set(stem, rarity)
}

/** How much a stem says about a text, from everyday English: near 0 for "the", 7 for a technical term. */
export function wordRarity(stem: string): number {
  return rarityByStem.get(stem) ?? rarest
}
