import { markdownTable } from '../../report/markdown-table.js'
import { spread } from '../../report/spread.js'
import { BATCH, IN_FLIGHT } from '../contender.js'
import { idealWall } from '../latency.js'
import { bulkTask, NAMES, type Part } from '../part.js'
import { ratios, rounds } from '../rounds.js'

const contenders = ['client', 'floor', 'ai-sdk-provider', 'ai-sdk']
const cases = [
  { title: '200 ms', latency: { milliseconds: 200, skewed: false } },
  { title: '50 ms, one in ten 500 ms', latency: { milliseconds: 50, skewed: true } },
]

/** How well the requests in flight are used. */
export const schedule: Part = {
  name: 'schedule',
  title: 'Schedule: 9,600 texts, 8 requests in flight, wall time',
  async run(bench, count, small) {
    // what is compiled matters here, not the heap
    const task = { ...bulkTask(small), warmUp: small ? 192 : 1920 }
    const rows: string[][] = []
    for (const { title, latency } of small ? cases.slice(0, 1) : cases) {
      const ideal = idealWall(task.texts / BATCH, IN_FLIGHT, latency)
      const measured = await rounds(count, contenders, (contender) =>
        bench.measure(contender, task, { dimension: 1024, digits: 'printed', latency }),
      )
      const walls = (contender: string) => (measured.get(contender) ?? []).map(({ wall }) => wall)
      for (const contender of contenders) {
        rows.push([
          title,
          NAMES[contender] ?? contender,
          spread(walls(contender), 0),
          spread(
            walls(contender).map((wall) => wall / ideal),
            2,
          ),
          spread(ratios(walls(contender), walls('ai-sdk')), 2),
        ])
      }
    }
    return `Ideal is list scheduling of the latencies alone, without the time that it takes to read the answers: of 1024 dimensions,
as the service prints them.

${markdownTable(['latency', '', 'wall ms', '/ ideal', '/ `embedMany`'], rows)}`
  },
}
