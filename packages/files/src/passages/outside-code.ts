/** A fence of a code block; after one of backticks, the line has no more backticks. CommonMark 0.31.2, 4.5 */
const FENCE = /^ {0,3}(`{3,}(?!.*`)|~{3,})(.*)$/gm

/** Joins each piece of a Markdown text that begins inside a code block to the piece in which the block begins. */
export function outsideCode(pieces: readonly string[]): string[] {
  const joined: string[] = []
  let fence = ''
  for (const piece of pieces) {
    joined.push(fence === '' ? piece : `${joined.pop()}${piece}`)
    fence = fenceAtEnd(piece, fence)
  }
  return joined
}

/** The fence that is open at the end of a piece, given the one open at its start; empty for none. */
function fenceAtEnd(piece: string, fenceAtStart: string): string {
  let fence = fenceAtStart
  for (const [, marks = '', info = ''] of piece.matchAll(FENCE)) {
    if (fence === '') fence = marks
    else if (info.trim() === '' && marks.startsWith(fence)) fence = ''
  }
  return fence
}
