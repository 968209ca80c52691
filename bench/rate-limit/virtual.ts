import { writeFile } from 'node:fs/promises'
import { markdownTable } from '../report/markdown-table.js'
import { median } from '../report/spread.js'
import { type Cell, cells, jobBesideQueries, KINDS, runCell, SIZES, target } from './simulation/matrix.js'
import { simulate } from './simulation/simulate.js'

const missed: string[][] = []
/** What came out for each kind of service, with and without a configured limit. */
const summary = new Map<string, { over: number[]; share: number[]; met: number; aimed: number }>()
let [met, aimed] = [0, 0]
for (const cell of cells()) {
  const { over, share, silence } = await runCell(cell)
  const aim = target(cell)
  const isMet = !aim || (over <= aim.over + 0.004 && share <= aim.refused + 0.0004)
  if (aim) aimed++
  if (aim && isMet) met++
  const key = JSON.stringify([cell.kind.name, cell.told ? 'yes' : 'no'])
  const part = summary.get(key) ?? { over: [], share: [], met: 0, aimed: 0 }
  summary.set(key, {
    over: [...part.over, over],
    share: [...part.share, share],
    met: part.met + (aim && isMet ? 1 : 0),
    aimed: part.aimed + (aim ? 1 : 0),
  })
  if (!aim || isMet) continue
  missed.push([
    cell.kind.name,
    `${cell.size.tokens}`,
    cell.told ? `${cell.told} x` : 'no',
    variation(cell),
    over.toFixed(2),
    `${(100 * share).toFixed(1)} %`,
    (silence / 1000).toFixed(0),
    `${aim.over}, ${100 * aim.refused} %`,
  ])
}

const queryRows: string[][] = []
for (const kind of KINDS) {
  for (const told of kind.isLimit ? [0, 1] : [0]) {
    const { live, took, ideal, refused, sent } = await simulate(jobBesideQueries(kind, told))
    const times = live.map(({ took }) => took).sort((a, b) => a - b)
    const seconds = (share: number) => ((times[Math.ceil(share * times.length) - 1] ?? 0) / 1000).toFixed(1)
    queryRows.push([
      kind.name,
      told ? `${told} x` : 'no',
      seconds(0.5),
      seconds(0.95),
      seconds(0.99),
      seconds(1),
      (took / ideal).toFixed(2),
      `${((100 * refused) / sent).toFixed(1)} %`,
    ])
  }
}
const queryHeads = [
  'service',
  'configured',
  'median, s',
  '95 %, s',
  '99 %, s',
  'longest, s',
  "the job's time over its ideal",
  'refused',
]

const heads = [
  'service',
  'tokens',
  'configured',
  'what differs',
  'time over the ideal',
  'refused',
  'longest silence, s',
  'target',
]
await writeFile(
  new URL('VIRTUAL.md', import.meta.url),
  `# The rate policy against many kinds of service

\`npx -y pnpm@12 --filter ./bench rate-limit-matrix\`: in virtual time, through the client's own queue and budget; the same on
every run. 8 requests in flight; ${SIZES.map(({ tokens, count }) => `${count} requests of ${tokens} tokens`).join(', ')}, their sizes
spread by half either way. Unless a row says otherwise, a 429 has Retry-After in whole seconds, an answer takes 300 ms
(100 ms for 200 tokens) and estimates are right. The ideal is a client that knows when the service accepts a request.
"Configured" is the limit the client is given, as a multiple of the service's. "Silence" is the longest time in
which nothing was accepted, pauses of the service included.

${met} of ${aimed} targets are met.

${markdownTable(
  [
    'service',
    'limit configured',
    'time over the ideal: median',
    'worst',
    'refused: median',
    'worst',
    'targets met',
  ],
  [...summary].map(([key, { over, share, met, aimed }]) => [
    ...(JSON.parse(key) as string[]),
    median(over).toFixed(2),
    Math.max(...over).toFixed(2),
    percent(median(share)),
    percent(Math.max(...share)),
    aimed ? `${met} of ${aimed}` : '',
  ]),
)}

## Which targets are missed, and why

- **Buckets**, configured with ten times the limit, or with answers in 2 s: the client finds a limit by being refused, and
  a target of 5 % leaves a job of 400 requests 20 refusals. These have 21 to 33.
- **Windows without Retry-After**: nothing tells the client when the window ends. It tries again every five seconds, and
  most refusals are those tries. Every ten seconds would still be 11 to 13 %, and the client would notice later that a
  service is back after 20 seconds (1.25 instead of 1.02).
- **Windows**, otherwise: the job ends soon after a window begins, and two or three windows are too few to learn the limit
  exactly. Over hours it would be exact.
- **A sliding minute found spent**: half a minute later a whole minute's worth is free at once, and the client starts
  slowly, because it has seen nothing but refusals.
- **1, 2 or 4 at a time**: a tenth of an answer's time is the request's way to the service. The ideal client's next
  request arrives just as one finishes. With answers in 30 ms the job takes four to eleven seconds, and its first 429s
  hold it up for one or more.
- **4 at a time, half on the way**: the ideal client has eight in flight, four of them on the way, in step. A client that
  is not in step has its fifth refused, and learns that four are accepted.
- **Pinecone as documented, answers in 30 ms**: eight in flight are more than 100 requests a second, a limit
  that \`tokensPerMinute\` does not know and \`plan\` does.
- **30 % at random, and 10 or 20 % with answers in 30 ms**: before the client knows that no rate helps, it has lowered
  its rate three times, and waited as often. With answers in 30 ms the job takes two seconds without 429s.
- **A fixed second** has no target. In a few rows the client takes its refusals for random ones, and up to 28 % of the
  requests are refused; the job is then close to its ideal.

## Live queries next to the job

Five queries a second of 20 tokens, for two minutes, of the same model and input type as the job's requests of 7,000
tokens: they share its limit, its refusals and its slots. (Pinecone counts queries and passages apart; then a query waits
for a slot at most.) An answer takes 0.3 s. Once a minute's window is spent, the service refuses the queries too, and
they wait for the next window. The ideal is that of the job alone; where one request is accepted at a time, the queries alone
need one and a half times what the service has.

${markdownTable(queryHeads, queryRows)}

## Rows that miss their target

${markdownTable(heads, missed)}
`,
)
console.log(`${met} of ${aimed} targets are met`)

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function variation({ hint, latency, estimatesOff, size }: Cell): string {
  if (hint !== 'whole seconds') return `Retry-After ${hint}`
  if (latency !== (size.tokens === 200 ? 100 : 300)) return `answers in ${latency} ms`
  return estimatesOff ? 'estimates off by 20 %' : ''
}
