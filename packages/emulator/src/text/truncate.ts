/** Approximate characters per sub-word token of the hosted models' vocabularies, inside a long word. */
const charactersPerPiece = 6

/** Start and end marker that the hosted models add to every text. */
const markerTokens = 2

const pieces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu

export type Truncate = 'END' | 'START' | 'NONE'

export interface TokenSpan {
  /** Tokens of the whole text. */
  readonly total: number
  /** Tokens of `kept`, never above the limit. */
  readonly tokens: number
  /** The part of the text that the model reads. */
  readonly kept: string
}

/**
 * Counts sub-word tokens and cuts the text to the first `limit` of them, or the last if its start is cut. An estimate:
 * a word costs one token per six characters, a sign one, a character of a script without spaces one.
 */
export function truncateToTokens(text: string, limit: number, truncate: Truncate): TokenSpan {
  const boundaries: number[] = []
  for (const match of text.matchAll(pieces)) {
    const word = match[0]
    for (let offset = 0; offset < word.length; offset += charactersPerPiece) {
      boundaries.push(match.index + Math.min(word.length, offset + charactersPerPiece))
    }
  }
  const total = boundaries.length + markerTokens
  if (total <= limit || truncate === 'NONE') return { total, tokens: total, kept: text }

  const room = Math.max(0, limit - markerTokens)
  const kept =
    truncate === 'END'
      ? text.slice(0, boundaries[room - 1] ?? 0)
      : text.slice(boundaries[boundaries.length - room - 1] ?? text.length)
  return { total, tokens: room + markerTokens, kept }
}

/** Tokens of a text, by the same estimate. */
export function countTokens(text: string): number {
  return truncateToTokens(text, Number.POSITIVE_INFINITY, 'NONE').total
}
