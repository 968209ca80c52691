import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SeparateEmulator } from '../emulator/separate-emulator.js'
import { markdownTable } from '../report/markdown-table.js'
import { chosen, Sections } from '../report/results.js'
import { spread } from '../report/spread.js'
import { versions } from '../report/versions.js'
import { runWatched, type Watched } from './run-watched.js'
import { writeInput } from './write-input.js'

const ROUNDS = 3
/** So that the service sets the pace: some 1,900 records a second with 8 requests in flight. */
const LATENCY = { distribution: 'uniform', min: 300, max: 500 } as const
const NONE = { distribution: 'uniform', min: 0, max: 0 } as const

const command = fileURLToPath(import.meta.resolve('@pinecone-inference/cli').replace('index.js', 'main.js'))
const streamAlone = fileURLToPath(new URL('./stream-alone.mjs', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'cli-embed-'))

const SPARSE = { model: 'pinecone-sparse-english-v0', parameters: { inputType: 'passage' }, args: [] }
const DENSE = {
  model: 'llama-text-embed-v2',
  parameters: { inputType: 'passage', dimension: 1024 },
  args: ['--dimension', '1024'],
}
type Model = typeof SPARSE | typeof DENSE

async function embed(input: string, output: string, { model, args }: Model, url: string) {
  const path = join(folder, output)
  const env = { PINECONE_INFERENCE_URL: url, PINECONE_API_KEY: 'local' }
  try {
    return await runWatched([command, 'embed', input, '-o', path, '--model', model, ...args, '--json'], env)
  } finally {
    await rm(path, { force: true })
  }
}

async function stream(input: string, { model, parameters }: Model, url: string) {
  const env = { PINECONE_INFERENCE_URL: url, PINECONE_API_KEY: 'local' }
  return runWatched([streamAlone, input, model, JSON.stringify(parameters)], env)
}

async function time(): Promise<string> {
  const rows: string[][] = []
  for (const [what, model, records, latency] of [
    ['sparse, answers after 300 to 500 ms', SPARSE, 20_000, LATENCY],
    ['dense 1024, answers after 300 to 500 ms', DENSE, 30_000, LATENCY],
    ['sparse, as fast as the emulator answers', SPARSE, 50_000, NONE],
    ['dense 1024, as fast as the emulator answers', DENSE, 10_000, NONE],
  ] as const) {
    await using emulator = await SeparateEmulator.start({ latency })
    const input = join(folder, `${records}.jsonl`)
    await writeInput(input, records)
    const alone: number[] = []
    const times: Record<'jsonl' | 'parquet', number[]> = { jsonl: [], parquet: [] }
    const cpu: Record<'alone' | 'jsonl' | 'parquet', number[]> = { alone: [], jsonl: [], parquet: [] }
    const perThousand = ({ cpuSeconds }: Watched) => (cpuSeconds * 1e6) / records
    // warms the emulator up
    await stream(input, model, emulator.url)
    for (let round = 0; round < ROUNDS; round++) {
      const base = await stream(input, model, emulator.url)
      alone.push(records / base.seconds)
      cpu.alone.push(perThousand(base))
      for (const format of ['jsonl', 'parquet'] as const) {
        const run = await embed(input, `out.${format}`, model, emulator.url)
        times[format].push(run.seconds / base.seconds)
        cpu[format].push(perThousand(run))
      }
    }
    rows.push([
      what,
      records.toLocaleString('en-US'),
      spread(alone, 0),
      spread(times.jsonl, 2),
      spread(times.parquet, 2),
      [cpu.alone, cpu.jsonl, cpu.parquet].map((values) => spread(values, 0)).join(', '),
    ])
    console.log(rows.at(-1)?.join(' | '))
  }
  return `The whole command (start, a first reading of the input to check and count it, embedding, a file on disk) against a
program that reads the same file, calls \`embedStream\` and throws the vectors away, both with 8 requests in flight.
${ROUNDS} rounds, one after the other in turn; the median, and from the lowest to the highest.
In the last two rows nothing waits: emulator and command share the machine's cores, so extra work is extra time, above all
the writing of numbers as digits.

${markdownTable(
  [
    '',
    'records',
    'alone, records a second',
    'to JSONL, times as long',
    'to Parquet, times as long',
    'ms of CPU time for 1,000 records: alone, to JSONL, to Parquet',
  ],
  rows,
)}`
}

async function memory(): Promise<string> {
  const rows: string[][] = []
  await using emulator = await SeparateEmulator.start()
  for (const [what, model, records] of [
    ['sparse', SPARSE, 1_000],
    ['sparse', SPARSE, 10_000],
    ['sparse', SPARSE, 100_000],
    ['sparse', SPARSE, 1_000_000],
    ['dense 1024', DENSE, 1_000],
    ['dense 1024', DENSE, 10_000],
    ['dense 1024', DENSE, 100_000],
    ['dense 1024', DENSE, 1_000_000],
  ] as const) {
    const input = join(folder, `${records}.jsonl`)
    await writeInput(input, records)
    for (const output of ['out.jsonl', 'out.parquet']) {
      const { seconds, startMb, peakMb } = await embed(input, output, model, emulator.url)
      rows.push([
        what,
        records.toLocaleString('en-US'),
        output,
        seconds.toFixed(0),
        startMb.toFixed(0),
        peakMb.toFixed(0),
        (peakMb - startMb).toFixed(0),
      ])
      console.log(rows.at(-1)?.join(' | '))
    }
    await rm(input)
  }
  return `Resident memory in MB: when the command begins to embed, and its peak. JSONL in, as fast as the emulator answers.

${markdownTable(['vectors', 'records', 'output', 'seconds', 'at the start', 'peak', 'over the start'], rows)}`
}

const parts = [
  { name: 'memory', title: 'Memory', run: memory },
  { name: 'time', title: 'Time next to `embedStream` alone', run: time },
]
const { values: options } = parseArgs({ options: { only: { type: 'string' } } })
const introduction = `# The \`embed\` command

\`npx -y pnpm@12 --filter ./bench cli-embed\`, with \`--only\` the parts named; with ${versions(['@pinecone-inference/cli', '@pinecone-inference/client', '@pinecone-inference/emulator'])}.
The command and the emulator are processes of their own on the same machine.
`
const sections = new Sections(new URL('RESULTS.md', import.meta.url), introduction, parts)
try {
  for (const { title, run } of chosen(parts, options.only)) {
    const text = await run()
    console.log(`\n## ${title}\n\n${text}`)
    await sections.replace(title, text)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
