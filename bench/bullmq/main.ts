import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { markdownTable } from '../report/markdown-table.js'
import { chosen, Sections } from '../report/results.js'
import { median, range } from '../report/spread.js'
import { versions } from '../report/versions.js'
import { costs } from './costs.js'
import { eachItsOwnBudget } from './each-its-own.js'
import * as kills from './kills.js'
import * as speed from './throughput.js'

/** Each takes less than three minutes. */
const parts = [
  {
    name: 'kills',
    title: `One budget for ${kills.WORKERS} workers, with kills`,
    run: oneBudgetWithKills,
  },
  {
    name: 'workers',
    title: `From 1 to ${kills.WORKERS} workers, where the budget is not the limit`,
    run: fromOneWorker,
  },
  { name: 'costs', title: 'On paper: a billion passages', run: aBillionPassages },
]

const { values: options } = parseArgs({ options: { only: { type: 'string' } } })

const introduction = `# The embedding job on BullMQ and Redis

\`npx -y pnpm@12 --filter ./bench bullmq\`, with \`--only\` the parts named; with ${versions([
  '@pinecone-inference/bullmq',
  '@pinecone-inference/client',
  '@pinecone-inference/emulator',
  'bullmq',
  'ioredis',
])}, Redis 7 with
\`appendonly yes\` and \`appendfsync everysec\`. Redis, the emulator, the coordinator and each worker are processes of
one machine.
`
const sections = new Sections(new URL('RESULTS.md', import.meta.url), introduction, parts)
const day = new Date().toISOString().slice(0, 10)
for (const { title, run } of chosen(parts, options.only)) {
  console.log(title)
  const [load = 0] = loadavg()
  const text = await run()
  const measured = `${day}; the machine's load average before it was ${load.toFixed(1)}.\n\n${text}`
  console.log(`\n## ${title}\n\n${measured}`)
  await sections.replace(title, measured)
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en')
}

async function oneBudgetWithKills(): Promise<string> {
  const { ROWS, TOKENS_PER_MINUTE, WORKERS } = kills
  const runs: readonly { readonly name: string; readonly conditions: kills.Conditions }[] = [
    { name: 'no kills, limit configured', conditions: { withKills: false, configured: true, seed: 7 } },
    { name: 'kills, seed 7, limit configured', conditions: { withKills: true, configured: true, seed: 7 } },
    { name: 'no kills, limit learned', conditions: { withKills: false, configured: false, seed: 7 } },
  ]
  const rows: string[][] = []
  let ideal = 0
  let tokens = 0
  for (const { name, conditions } of runs) {
    console.log(name)
    const outcome = await kills.runUnderKills(conditions)
    ideal = outcome.ideal
    tokens = outcome.tokens
    const wasted = outcome.requests - outcome.needed
    rows.push([
      name,
      outcome.seconds.toFixed(1),
      (outcome.seconds / ideal).toFixed(2),
      `${outcome.requests}`,
      `${outcome.refused}`,
      `${wasted - outcome.refused}`,
      `${((100 * wasted) / outcome.requests).toFixed(1)} %`,
      `${ROWS - outcome.ids}`,
    ])
    console.log(rows.at(-1)?.join('  '))
  }
  console.log('four processes without a queue')
  const own = await eachItsOwnBudget()
  const ownNeeded = WORKERS * Math.ceil(ROWS / WORKERS / 96)
  rows.push([
    'no queue, each its own budget',
    own.seconds.toFixed(1),
    (own.seconds / ideal).toFixed(2),
    `${own.requests}`,
    `${own.refused}`,
    `${own.requests - own.refused - ownNeeded}`,
    `${((100 * (own.requests - ownNeeded)) / own.requests).toFixed(1)} %`,
    own.failed === 0 ? '0' : `${own.failed} of ${WORKERS} processes failed`,
  ])
  return `${grouped(ROWS)} rows, ${grouped(tokens)} tokens, at ${grouped(TOKENS_PER_MINUTE)} tokens a minute, llama-text-embed-v2 at 384
dimensions, to Parquet, one run each: the emulator's bucket
starts full, and a 429 carries Retry-After in whole seconds; an answer takes ${kills.LATENCY.min} to ${kills.LATENCY.max} ms. The ideal
spends the full bucket at once and then the rate: ${ideal.toFixed(1)} s. Jobs of ${kills.RECORDS_PER_JOB} records, \`lockDuration\`
${grouped(kills.LOCK_DURATION)} ms. The kills, at seeded shares of the rows: ${kills.WORKER_KILLS} times SIGKILL to a worker, which is replaced
at once, and once SIGKILL to Redis, which is back after ${kills.REDIS_AWAY / 1000} seconds.

${markdownTable(['', 'seconds', 'over the ideal', 'requests', 'refused (429)', 'sent again', 'wasted', 'lost'], rows)}

Sent again: the unfinished requests of killed workers. Wasted: refused or sent again. The ids in all parts are counted,
and none is there twice.`
}

async function fromOneWorker(): Promise<string> {
  const counts = [1, 2, 3, 4]
  const rounds: number[][] = []
  for (let round = 0; round < speed.ROUNDS; round++) {
    const speeds: number[] = []
    for (const workers of counts) speeds.push(await speed.throughput(workers))
    rounds.push(speeds)
    console.log(speeds.map(grouped).join('  '))
  }
  const rows = counts.map((workers, i) => [
    workers,
    ...summary(
      rounds.map((speeds) => speeds[i] ?? Number.NaN),
      grouped,
    ),
    ...summary(
      rounds.map((speeds) => (speeds[i] ?? Number.NaN) / (speeds[0] ?? Number.NaN)),
      (ratio) => ratio.toFixed(2),
    ),
  ])
  return `${grouped(speed.ROWS)} rows, llama-text-embed-v2 at 384 dimensions, an answer takes ${speed.LATENCY.min} to ${speed.LATENCY.max} ms, ${speed.MAX_CONCURRENCY} requests in
flight per worker, so that this machine's processors are not the limit either; ${speed.ROUNDS} rounds of all four.

${markdownTable(['workers', 'rows a second', 'spread', 'against one', 'spread'], rows)}`
}

function summary(values: readonly number[], format: (value: number) => string): string[] {
  return [format(median(values)), range(values, format)]
}

async function aBillionPassages(): Promise<string> {
  const cost = await costs()
  const BILLION = 1e9
  const jobs = BILLION / 960
  const paper = [1e6, 10e6, 100e6].map((tokensPerMinute) => {
    const perSecond = tokensPerMinute / cost.tokensPerRecord / 60
    return [
      grouped(tokensPerMinute),
      grouped(perSecond),
      grouped(BILLION / perSecond / 3600),
      `${Math.ceil(perSecond / cost.workedPerSecond)}`,
      `${Math.round((100 * perSecond) / cost.producedPerSecond)} %`,
    ]
  })
  return `Measured with passages of ${grouped(cost.bytesPerRecord)} bytes and ${grouped(cost.tokensPerRecord)} tokens, multilingual-e5-large at 1,024 dimensions, without latency or
limit, processors shared with the emulator:

- one worker embeds and writes ${grouped(cost.workedPerSecond)} passages a second (one core at most);
- one coordinator produces ${grouped(cost.producedPerSecond)} a second;
- Redis holds ${grouped(cost.queueMegabytes)} MB for the 64 queued jobs of 960, which is all that is ever there, and 8 bytes for each job that is
  done: ${((jobs * 8) / 1e6).toFixed(1)} MB for the ${grouped(jobs)} jobs of a billion.

${markdownTable(
  ['tokens a minute', 'passages a second', 'hours for a billion', 'workers', "of one coordinator's rate"],
  paper,
)}

The budget decides. The workers are those that the processors need; requests in flight have to cover the
service's latency as well: passages a second x seconds an answer takes / 96.`
}
