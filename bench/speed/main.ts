import { parseArgs } from 'node:util'
import { chosen, Sections } from '../report/results.js'
import { versions } from '../report/versions.js'
import { Bench, nodeVersion } from './bench.js'
import { bulk, bulkFewest, query } from './parts/calls.js'
import { gzip } from './parts/gzip.js'
import { memory } from './parts/memory.js'
import { schedule } from './parts/schedule.js'
import { sizes } from './parts/sizes.js'
import { startUp } from './parts/start-up.js'
import { versions as nodeVersions } from './parts/versions.js'

const parts = [bulk, bulkFewest, nodeVersions, query, schedule, memory, startUp, sizes, gzip]

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    small: { type: 'boolean', default: false },
  },
})
const count = Number(options.rounds)
if (!Number.isInteger(count) || count < 1) throw new Error('--rounds takes a whole number above 0')

const introduction = `# The client next to its peers

\`pnpm bench\` measures it all, with \`--only\` the parts named; medians (least to most) of the rounds. Versions:
${versions(['@pinecone-inference/client', 'undici', '@pinecone-database/pinecone', 'ai', '@langchain/core', '@llamaindex/core'])},
\`@langchain/pinecone\` 1.0.3 with SDK 5.1.2.

One server in a process of its own sends ready-made answers of 96 vectors of 1024 numbers: as the service prints them,
float16 as doubles (\`0.02117919921875\`, 1.8 MB an answer), or float32 in the fewest digits (\`0.031234567\`, 1.2 MB).
\`speed/answers.ts\` says where that was seen.
Every contender runs in a fresh process each round, warms up (calls: with as many texts as are measured), and is then
measured; every round has another order, and a ratio is taken within its round. No flags of V8 are set. CPU is user and
system time of the whole process, all threads. The longest block is the longest time the event loop did not turn: what is
not a pause for collecting garbage is work on answers that came together.
`
const sections = new Sections(new URL('RESULTS.md', import.meta.url), introduction, parts)
const day = new Date().toISOString().slice(0, 10)

await using bench = await Bench.open()
for (const part of chosen(parts, options.only)) {
  const repeated = part.isOneRun ? 'One run' : `${count} rounds`
  const text = await part.run(bench, count, options.small)
  const measured = `${repeated}, Node.js ${nodeVersion}, ${day}.\n\n${text}`
  console.log(`\n## ${part.title}\n\n${measured}`)
  if (!options.small) await sections.replace(part.title, measured)
}
