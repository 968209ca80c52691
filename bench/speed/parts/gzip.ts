import { gunzipSync, gzipSync } from 'node:zlib'
import { markdownTable } from '../../report/markdown-table.js'
import { median } from '../../report/spread.js'
import { Answers, type Digits } from '../answers.js'
import { BATCH } from '../contender.js'
import type { Part } from '../part.js'

const ROUND_TRIP = 50
const MEGABITS = [10, 100, 1000]
const WRITINGS: readonly (readonly [Digits, string])[] = [
  ['printed', 'as printed'],
  ['fewest', 'fewest digits'],
]

/** Whether compressed answers would pay: gzip is measured, the time on the line is computed. */
export const gzip: Part = {
  name: 'gzip',
  title: `Compressed answers: milliseconds until one of 96 x 1024 is there, ${ROUND_TRIP} ms round trip`,
  async run(_bench, count, small) {
    const rows = WRITINGS.flatMap(([digits, title]) => {
      const plain = new Answers(small ? 8 : 1024, digits).of(BATCH)
      return [undefined, 1, 6].map((level) => {
        const sent = level === undefined ? plain : gzipSync(plain, { level })
        const packing = level === undefined ? 0 : cpu(count, () => gzipSync(plain, { level }))
        const unpacking = level === undefined ? 0 : cpu(count, () => gunzipSync(sent))
        return [
          title,
          level === undefined ? 'plain' : `gzip, level ${level}`,
          (sent.length / 1000).toFixed(0),
          packing.toFixed(1),
          unpacking.toFixed(1),
          ...MEGABITS.map((megabits) =>
            (ROUND_TRIP + sent.length / (125 * megabits) + packing + unpacking).toFixed(0),
          ),
        ]
      })
    })
    const head = ['numbers', '', 'kB', 'packing, ms', 'unpacking, ms', ...MEGABITS.map((m) => `${m} Mbit/s`)]
    return `Sizes and CPU are measured, the time on the line is bytes over its rate; whether the service would compress is not known.
The client asks for no compression: unpacking takes several times the CPU of decoding, and between data centres, where
bulk jobs run, the answer would come later. On a slow line \`headers: { 'Accept-Encoding': 'gzip' }\` asks for it.

${markdownTable(head, rows)}`
  },
}

/** Milliseconds, the median. */
function cpu(count: number, work: () => void): number {
  const taken = Array.from({ length: count }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  return median(taken)
}
