import type { Result } from './race.js'

const figure = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** What each of them took, and whether every passage has its vector, once. */
export function printComparison(results: readonly Result[], passages: readonly { id: string }[]): void {
  const rows: [string, (result: Result) => string][] = [
    ['seconds', ({ seconds, stopped }) => `${stopped ? 'stopped after ' : ''}${figure.format(seconds)}`],
    ['requests', ({ requests }) => figure.format(requests)],
    ['refused, failed or cut', ({ wasted }) => figure.format(wasted)],
    ['embedded again after the kill', ({ computed, ids }) => figure.format(computed - new Set(ids).size)],
    [
      'in the output',
      ({ ids }) => `${figure.format(new Set(ids).size)} of ${figure.format(passages.length)}`,
    ],
    ['missing', ({ ids }) => figure.format(passages.filter(({ id }) => !new Set(ids).has(id)).length)],
  ]
  const table = [
    ['', ...results.map(({ name }) => name)],
    ...rows.map(([head, cell]) => [head, ...results.map(cell)]),
  ]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  console.log()
  for (const [head = '', ...cells] of table) {
    const padded = cells.map((cell, column) => cell.padStart(widths[column + 1] ?? 0))
    console.log(`  ${head.padEnd(widths[0] ?? 0)}   ${padded.join('   ')}`)
  }
  console.log()
}
