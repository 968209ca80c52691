import type { Answered } from '../emulator/messages.js'
import { markdownTable } from '../report/markdown-table.js'
import { versions } from '../report/versions.js'
import type { Tally } from './tally.js'
import { slope, type Vitals } from './vitals.js'

export interface SoakResult {
  readonly minutes: number
  readonly tally: Tally
  readonly answered: Answered
  readonly vitals: readonly Vitals[]
  /** After all calls have ended and the client is closed. */
  readonly afterwards: Vitals
  readonly alarms: { readonly warnings: readonly string[]; readonly unhandled: readonly string[] }
}

const measures: readonly (readonly [name: string, of: (vitals: Vitals) => number])[] = [
  ['heap used after gc, MB', ({ heapUsed }) => heapUsed / 1e6],
  ['rss, MB', ({ rss }) => rss / 1e6],
  ['sockets', ({ sockets }) => sockets],
  ['timers', ({ timers }) => timers],
  ['active handles, all', ({ handles }) => handles],
  ["listeners on the calls' signal", ({ listeners }) => listeners],
]

export function soakReport({ minutes, tally, answered, vitals, afterwards, alarms }: SoakResult): string {
  const warmUp = minutes / 5
  const warm = vitals.filter(({ minute }) => minute >= warmUp)
  return `# Soak: ${minutes} minutes of mixed calls under faults

\`npx -y pnpm@12 --filter ./bench soak\`, with ${versions(['@pinecone-inference/client', '@pinecone-inference/emulator'])}.
The emulator runs in a process of its own. What it does wrong is in \`faults.ts\`, what is called in \`calls.ts\`.

## Memory and handles

Every 10 seconds, while calls are running; first, last, least and most of the ${warm.length} samples after ${round(warmUp)} minutes of warm-up.

${markdownTable(
  ['', 'first', 'last', 'min', 'max', 'per minute', 'after `close()`'],
  measures.map(([name, of]) => [name, ...summary(warm, of), round(of(afterwards))]),
)}

Warnings of the process: ${alarms.warnings.length}; unhandled rejections: ${alarms.unhandled.length}.
${[...alarms.warnings, ...alarms.unhandled].map((alarm) => `- ${alarm}\n`).join('')}
## Calls

A result is a vector, or for rerankAll a ranking. Each is compared with what the emulator answers without faults.
Missing: neither there nor named as failed.

${markdownTable(
  ['call', 'calls', 'results', 'wrong', 'missing', 'failures'],
  tally
    .entries()
    .map(([name, { calls, results, wrong, missing, failures }]) => [
      name,
      calls,
      results,
      wrong,
      missing,
      counted(failures),
    ]),
)}

## Requests

${answered.requests} in all. By status: ${counted(answered.byStatus)}.
By fault: ${counted(answered.byFault)}.`
}

function summary(warm: readonly Vitals[], of: (vitals: Vitals) => number): (string | number)[] {
  const values = warm.map(of)
  const growth = slope(warm.map((vitals) => ({ x: vitals.minute, y: of(vitals) })))
  return [
    round(values[0] ?? Number.NaN),
    round(values.at(-1) ?? Number.NaN),
    round(Math.min(...values)),
    round(Math.max(...values)),
    `${growth < 0 ? '' : '+'}${growth.toFixed(2)}`,
  ]
}

function counted(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a)
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ') || 'none'
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10)
}
