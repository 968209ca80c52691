import { markdownTable } from '../../report/markdown-table.js'
import { spread } from '../../report/spread.js'
import type { Digits } from '../answers.js'
import type { Figures } from '../measure.js'
import { nodeOf } from '../node.js'
import { bulkTask, NAMES, type Part } from '../part.js'
import { ratios, rounds } from '../rounds.js'

const MAJORS = [20, 22, 24, 26]
const WRITINGS: readonly (readonly [Digits, string])[] = [
  ['printed', 'as printed'],
  ['fewest', 'fewest digits'],
]
const CONTENDERS = ['client', 'client-float32', 'floor']

/** Bulk next to the floor on every version of Node.js: their JSON.parse differ by a factor of three. */
export const versions: Part = {
  name: 'versions',
  title: 'Bulk, by version of Node.js',
  async run(bench, count, small) {
    const task = bulkTask(small)
    const rows: string[][] = []
    for (const major of small ? MAJORS.slice(2, 3) : MAJORS) {
      const node = nodeOf(major)
      for (const [digits, title] of WRITINGS) {
        const orders = { dimension: 1024, digits, latency: { milliseconds: 50, skewed: false } }
        const measured = await rounds(count, CONTENDERS, (contender) =>
          bench.measure(contender, task, orders, node),
        )
        const of = (contender: string, figure: keyof Omit<Figures, 'memory'>) =>
          (measured.get(contender) ?? []).map((figures) => figures[figure])
        for (const contender of CONTENDERS) {
          rows.push([
            node.version,
            title,
            NAMES[contender] ?? contender,
            spread(of(contender, 'cpu'), 0),
            spread(ratios(of(contender, 'cpu'), of('floor', 'cpu')), 2),
            spread(ratios(of(contender, 'wall'), of('floor', 'wall')), 2),
            spread(of(contender, 'longestBlock'), 0),
          ])
        }
      }
    }
    const head = ['Node.js', 'numbers', '', 'CPU ms', '/ floor', 'wall / floor', 'longest block ms']
    return markdownTable(head, rows)
  },
}
