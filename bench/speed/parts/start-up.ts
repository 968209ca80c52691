import { markdownTable } from '../../report/markdown-table.js'
import { spread } from '../../report/spread.js'
import { ask } from '../bench.js'
import type { Part } from '../part.js'
import { rounds } from '../rounds.js'

/** What is imported, and what it is measured against. */
const modules: readonly (readonly [string, string?])[] = [
  ['undici'],
  ['@pinecone-inference/client', 'undici'],
  ['@pinecone-database/pinecone', 'undici'],
  ['@langchain/core/embeddings'],
  ['@pinecone-inference/langchain', '@langchain/core/embeddings'],
  ['@pinecone-inference/bench-langchain-pinecone', '@langchain/core/embeddings'],
  ['@llamaindex/core/embeddings'],
  ['@pinecone-inference/llamaindex', '@llamaindex/core/embeddings'],
  ['ai', 'undici'],
]

/** Milliseconds of an import in a fresh process. */
export const startUp: Part = {
  name: 'start-up',
  title: 'Start-up: one import in a fresh process',
  async run(_bench, count, small) {
    const names = modules.map(([name]) => name)
    const measure = (name: string) => ask<{ wall: number; cpu: number }>('./import-time.mjs', [name])
    // the first reads the files from the disk
    for (const name of small ? [] : names) await measure(name)
    const measured = await rounds(small ? 1 : 2 * count, names, measure)
    const of = (name: string, figure: 'wall' | 'cpu') =>
      (measured.get(name) ?? []).map((took) => took[figure])
    const rows = modules.map(([name, base]) => {
      const bases = base ? of(base, 'wall') : []
      const over = of(name, 'wall').map((wall, round) => wall - (bases[round] ?? 0))
      return [
        `\`${name.replace('@pinecone-inference/bench-langchain-pinecone', '@langchain/pinecone')}\``,
        spread(of(name, 'wall'), 0),
        base ? `${spread(over, 0)} over \`${base}\`` : '',
        spread(of(name, 'cpu'), 0),
      ]
    })
    return markdownTable(['', 'ms', 'difference, ms', 'CPU ms'], rows)
  },
}
