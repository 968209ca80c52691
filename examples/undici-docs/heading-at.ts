/** The text of the heading that a line of Markdown (from 1) stands under; '' before the first one. */
export function headingAt(markdown: string, line: number): string {
  let heading = ''
  let inCode = false
  for (const text of markdown.split('\n').slice(0, line)) {
    if (/^\s*```/.test(text)) inCode = !inCode
    else if (!inCode) heading = /^#{1,6}\s+(.+)$/.exec(text)?.[1] ?? heading
  }
  return heading
}
