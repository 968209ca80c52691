import Table from 'cli-table3'

const GAP = 2
const WIDEST = 120

/** Columns under a header, without lines. On a terminal, the last column is cut to the remaining width. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = Object.fromEntries(BORDERS.map((border) => [border, '']))
  const make = (colWidths: (number | null)[]) => {
    const made = new Table({
      head: [...header],
      chars: none,
      colWidths,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    })
    made.push(...rows.map((row) => [...row]))
    return lines(made.toString())
  }
  // Some terminals report 0.
  const columns = Math.min(process.stdout.columns || WIDEST, WIDEST)
  if (!process.stdout.isTTY) return make([])
  const before = make(header.map((_, i) => (i === header.length - 1 ? GAP + 1 : null)))
  const taken = (before.split('\n')[0] ?? '').length
  return make(header.map((_, i) => (i === header.length - 1 ? Math.max(columns - taken, 20) : null)))
}

/** Each line, without trailing blanks. */
function lines(text: string): string {
  return `${text.replace(/[^\S\n]+$/gm, '')}\n`
}

const BORDERS = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
] as const
