import { markdownTable } from '../../report/markdown-table.js'
import { bulkTask, NAMES, type Part } from '../part.js'
import { WORK } from '../profiler.js'

const CONTENDERS = ['client', 'client-float32', 'floor']

/** Where a bulk call's time goes. */
export const profile: Part = {
  name: 'profile',
  title: 'Bulk: where the time of the main thread goes, in milliseconds',
  isOneRun: true,
  async run(bench, _rounds, small) {
    const columns: { spent: ReadonlyMap<string, number>; whole: number }[] = []
    for (const contender of CONTENDERS) {
      const task = { ...bulkTask(small), profiled: true }
      const orders = {
        dimension: 1024,
        digits: 'printed',
        latency: { milliseconds: 50, skewed: false },
      } as const
      const { work = [] } = await bench.measure(contender, task, orders)
      columns.push({ spent: new Map(work), whole: work.reduce((sum, [, time]) => sum + time, 0) })
    }
    const cell = (time: number, whole: number) =>
      `${time.toFixed(0)} (${((100 * time) / whole).toFixed(0)} %)`
    const rows = WORK.map((kind) => [
      kind,
      ...columns.map(({ spent, whole }) => cell(spent.get(kind) ?? 0, whole)),
    ])
    const sum = ['all of it', ...columns.map(({ whole }) => whole.toFixed(0))]
    return `Numbers as the service prints them. JSON.parse makes its arrays, too. What the client needs most is memory for them: each
vector is 8 kB used for the first time, which V8 copies when it lives on. In 32 bits it is half, and outside V8's heap.
Profiling itself takes its share.

${markdownTable(['', ...CONTENDERS.map((contender) => NAMES[contender] ?? contender)], [...rows, sum])}`
  },
}
