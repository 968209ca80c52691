/** A fence of a code block; one of backticks has none in the rest of its line. CommonMark 0.31.2, 4.5 */
const FENCE = /^ {0,3}(`{3,}(?!.*`)|~{3,})(.*)$/gm

/** The pieces of a Markdown text, those that begin in a code block joined to the one where it does. */
export function outsideCode(pieces: readonly string[]): string[] {
  const joined: string[] = []
  let fence = ''
  for (const piece of pieces) {
    joined.push(fence === '' ? piece : `${joined.pop()}${piece}`)
    fence = fenceAtEnd(piece, fence)
  }
  return joined
}

/** The fence that is open at the end of a piece, given the one at its start; empty for none. */
function fenceAtEnd(piece: string, fenceAtStart: string): string {
  let fence = fenceAtStart
  for (const [, marks = '', info = ''] of piece.matchAll(FENCE)) {
    if (fence === '') fence = marks
    else if (info.trim() === '' && marks.startsWith(fence)) fence = ''
  }
  return fence
}
