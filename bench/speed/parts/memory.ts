import { markdownTable } from '../../report/markdown-table.js'
import { NAMES, type Part } from '../part.js'

/** Peak memory of a long stream. */
export const memory: Part = {
  name: 'memory',
  title: 'Memory: peak resident set of `embedStream` over 200,000 inputs',
  isOneRun: true,
  async run(bench, _rounds, small) {
    const texts = small ? 960 : 200_000
    const { memory, wall } = await bench.measure(
      'client',
      { kind: 'stream', warmUp: small ? 96 : 9600, texts },
      { dimension: 1024, digits: 'printed', latency: { milliseconds: 0, skewed: false } },
    )
    const mb = (megabytes: number) => megabytes.toFixed(0)
    const head = ['', 'first 20,000, MB', 'all, MB', 'growth, MB', 'seconds']
    const row = [mb(memory.early), mb(memory.peak), mb(memory.peak - memory.early), (wall / 1000).toFixed(0)]
    return markdownTable(head, [[NAMES.client ?? 'client', ...row]])
  },
}
