import { markdownTable } from '../../report/markdown-table.js'
import { spread } from '../../report/spread.js'
import type { Figures, Task } from '../measure.js'
import { ALL, bulkTask, NAMES, type Part } from '../part.js'
import { ratios, rounds } from '../rounds.js'
import type { Orders } from '../server.js'

const DIMENSION = 1024

/** Processor time next to the floor, the official SDK and the client alone. */
function calls(name: string, title: string, task: (small: boolean) => Task, orders: Orders): Part {
  return {
    name,
    title,
    async run(bench, count, small) {
      const planned = task(small)
      const measured = await rounds(count, ALL, (contender) => bench.measure(contender, planned, orders))
      const of = (contender: string, figure: keyof Omit<Figures, 'memory'>) =>
        (measured.get(contender) ?? []).map((figures: Figures) => figures[figure])
      const rows = ALL.map((contender) => [
        NAMES[contender] ?? contender,
        spread(of(contender, 'cpu'), 0),
        ...['floor', 'official-sdk', 'client'].map((other) =>
          spread(ratios(of(contender, 'cpu'), of(other, 'cpu')), 2),
        ),
        spread(of(contender, 'wall'), 0),
        spread(ratios(of(contender, 'wall'), of('floor', 'wall')), 2),
        spread(of(contender, 'longestBlock'), 0),
        spread(of(contender, 'longestPause'), 0),
      ])
      const head = [
        '',
        'CPU ms',
        '/ floor',
        '/ official SDK',
        '/ client',
        'wall ms',
        '/ floor',
        'longest block ms',
        'longest GC pause ms',
      ]
      return markdownTable(head, rows)
    },
  }
}

const LATENCY = { milliseconds: 50, skewed: false }

export const bulk = calls(
  'bulk',
  'Bulk: 9,600 texts, 50 ms latency, 8 requests in flight, numbers as the service prints them',
  bulkTask,
  { dimension: DIMENSION, digits: 'printed', latency: LATENCY },
)

export const bulkFewest = calls('bulk-fewest', 'Bulk: the same, numbers in their fewest digits', bulkTask, {
  dimension: DIMENSION,
  digits: 'fewest',
  latency: LATENCY,
})

export const query = calls(
  'query',
  'Single queries: 1,000, one after the other, no latency',
  (small) => ({ kind: 'queries', warmUp: small ? 10 : 1000, queries: small ? 10 : 1000 }),
  { dimension: DIMENSION, digits: 'printed', latency: { milliseconds: 0, skewed: false } },
)
