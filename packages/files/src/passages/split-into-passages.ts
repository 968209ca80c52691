import { outsideCode } from './outside-code.js'

/** How long passages are. */
export interface PassageOptions {
  /**
   * Greatest length of a passage. Default 1,500 characters, some 400 tokens of English, within the 507 of
   * multilingual-e5-large; with `unit: 'tokens'` 400.
   */
  readonly size?: number | undefined
  /** How much of the previous passage each one may repeat, where a piece was cut. Default a tenth of `size`. */
  readonly overlap?: number | undefined
  /** `tokens` are estimated, see `estimateTokens`. Default `characters` (UTF-16 code units). */
  readonly unit?: 'characters' | 'tokens' | undefined
}

export interface Passage {
  text: string
  /** The line of the text it begins in, counted from 1. */
  line: number
}

/** A piece of a text, from one position to before another. */
type Range = readonly [start: number, end: number]

/** Where Markdown is cut, in this order: at headings, at the ends of code blocks, at rules; then as plain text. */
const MARKDOWN = [
  ...['\n# ', '\n## ', '\n### ', '\n#### ', '\n##### ', '\n###### '],
  ...['```\n\n', '\n\n***\n\n', '\n\n---\n\n', '\n\n___\n\n'],
]
const PLAIN = ['\n\n', '\n', ' ']
/** Pieces of a text without spaces, which are joined to passages; three make an overlap. */
const WHOLE_CHARACTERS = /.{1,50}/gsu

/**
 * Estimates how many tokens the hosted models make of a text: one for four ASCII characters, and one for each other
 * character. Within a fifth for English and code; rather too high for other scripts.
 */
export function estimateTokens(text: string): number {
  let ascii = 0
  let others = 0
  for (const character of text) {
    if (character < '\x80') ascii++
    else others++
  }
  return ascii / 4 + others
}

/** @throws RangeError for sizes that leave no room */
export function checkPassageOptions({ size, overlap }: PassageOptions): void {
  if (size !== undefined && !(Number.isInteger(size) && size >= 100)) {
    throw new RangeError(`the size of passages must be a whole number of at least 100; it is ${size}`)
  }
  if (overlap !== undefined && !(Number.isInteger(overlap) && overlap >= 0 && overlap <= (size ?? 400) / 2)) {
    throw new RangeError(
      `the overlap of passages must be a whole number up to half their size; it is ${overlap}`,
    )
  }
}

/**
 * Splits a text into passages: cuts it at headings first (Markdown), then at code blocks and rules, then at paragraphs,
 * lines and words, and joins the pieces up to the size. The tests compare it with LangChain's
 * RecursiveCharacterTextSplitter, which works the same but brings 44 MB of tokenizers and tracing.
 */
export function splitIntoPassages(
  text: string,
  kind: 'markdown' | 'plain',
  {
    unit = 'characters',
    size = unit === 'tokens' ? 400 : 1500,
    overlap = Math.floor(size / 10),
  }: PassageOptions = {},
): Passage[] {
  const lengthOf = ([start, end]: Range) =>
    unit === 'tokens' ? estimateTokens(text.slice(start, end)) : end - start
  const merged: Range[] = []

  /** Joins neighbouring pieces up to the size; each passage begins with as much of the previous one as the overlap allows. */
  const merge = (pieces: readonly Range[]) => {
    let current: Range[] = []
    let total = 0
    const emit = () => {
      const [first, last] = [current[0], current.at(-1)]
      if (first && last) merged.push([first[0], last[1]])
    }
    for (const piece of pieces) {
      const length = lengthOf(piece)
      if (total + length > size && current.length > 0) {
        emit()
        while (total > overlap || (total + length > size && total > 0)) {
          const [first, ...rest] = current
          if (!first) break
          total -= lengthOf(first)
          current = rest
        }
      }
      current.push(piece)
      total += length
    }
    emit()
  }

  const split = (range: Range, separators: readonly string[]) => {
    const at = separators.findIndex((separator) => text.slice(...range).includes(separator))
    const finer = at < 0 ? [] : separators.slice(at + 1)
    let fitting: Range[] = []
    for (const piece of piecesOf(text, range, separators[at])) {
      if (lengthOf(piece) < size || at < 0) {
        fitting.push(piece)
        continue
      }
      merge(fitting)
      fitting = []
      split(piece, finer)
    }
    merge(fitting)
  }

  split([0, text.length], kind === 'markdown' ? [...MARKDOWN, ...PLAIN] : PLAIN)
  const passages: Passage[] = []
  let line = 1
  let counted = 0
  for (const [start, end] of merged) {
    const passage = text.slice(start, end)
    const trimmed = passage.trim()
    if (trimmed === '') continue
    const begin = start + passage.indexOf(trimmed)
    line += begin >= counted ? lineFeeds(text, counted, begin) : -lineFeeds(text, begin, counted)
    counted = begin
    passages.push({ text: trimmed, line })
  }
  return passages
}

/** Cut before each separator; without one, into runs of whole characters. */
function piecesOf(text: string, [start, end]: Range, separator: string | undefined): Range[] {
  const part = text.slice(start, end)
  const pieces = separator === undefined ? (part.match(WHOLE_CHARACTERS) ?? []) : cutBefore(part, separator)
  const joined = separator !== undefined && isHeading(separator) ? outsideCode(pieces) : pieces
  let at = start
  return joined.map((piece): Range => {
    const begin = at
    at += piece.length
    return [begin, at]
  })
}

function cutBefore(part: string, separator: string): string[] {
  const pieces: string[] = []
  let start = 0
  for (let at = part.indexOf(separator, 1); at >= 0; at = part.indexOf(separator, at + 1)) {
    pieces.push(part.slice(start, at))
    start = at
  }
  pieces.push(part.slice(start))
  return pieces
}

function isHeading(separator: string): boolean {
  return /^\n#+ $/.test(separator)
}

function lineFeeds(text: string, start: number, end: number): number {
  let count = 0
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++
  return count
}
