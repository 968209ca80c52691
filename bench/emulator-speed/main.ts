import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { SeparateEmulator } from '../emulator/separate-emulator.js'
import { markdownTable } from '../report/markdown-table.js'
import { writeResults } from '../report/results.js'
import { median, range } from '../report/spread.js'
import { versions } from '../report/versions.js'
import { passages } from '../texts/passages.js'

const ROUNDS = 7
const STARTS = 15
/** Plain JavaScript, as a loader for TypeScript would take its own time. */
const firstAnswerProgram = fileURLToPath(new URL('./first-answer.mjs', import.meta.url))
const texts = passages(19_200, { least: 8, most: 24 })

/** Texts a second that the emulator answers to a client that only reads the bytes, so that is all that is measured. */
async function textsPerSecond(model: string, parameters: Record<string, unknown>): Promise<number[]> {
  await using emulator = await SeparateEmulator.start()
  const pool = new Pool(emulator.url, { connections: 4 })
  try {
    const rates: number[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      const batches = Array.from({ length: texts.length / 96 }, (_, i) => texts.slice(i * 96, (i + 1) * 96))
      const start = performance.now()
      const lane = async () => {
        for (let batch = batches.pop(); batch; batch = batches.pop()) {
          const { statusCode, body } = await pool.request({
            method: 'POST',
            path: '/embed',
            headers: {
              'Api-Key': 'offline',
              'Content-Type': 'application/json',
              'X-Pinecone-Api-Version': '2025-10',
            },
            body: JSON.stringify({ model, inputs: batch.map((text) => ({ text })), parameters }),
          })
          await body.dump({ limit: Number.POSITIVE_INFINITY })
          if (statusCode !== 200) throw new Error(`The emulator answered ${statusCode}`)
        }
      }
      await Promise.all(Array.from({ length: 4 }, lane))
      // the first round warms up
      if (round > 0) rates.push((texts.length / (performance.now() - start)) * 1000)
    }
    return rates
  } finally {
    await pool.close()
  }
}

interface FirstAnswer {
  readonly status: number
  readonly importMs: number
  readonly totalMs: number
}

async function firstAnswer(): Promise<FirstAnswer> {
  const child = fork(firstAnswerProgram, { execArgv: [] })
  const [[answer]] = await Promise.all([once(child, 'message'), once(child, 'exit')])
  return answer as FirstAnswer
}

const whole = (value: number) => value.toFixed(0)
const summary = (values: readonly number[]) => [whole(median(values)), range(values, whole)]

const models = [
  ['multilingual-e5-large, 1024 dimensions', 'multilingual-e5-large', { input_type: 'passage' }],
  ['llama-text-embed-v2, 2048 dimensions', 'llama-text-embed-v2', { input_type: 'passage', dimension: 2048 }],
  ['pinecone-sparse-english-v0', 'pinecone-sparse-english-v0', { input_type: 'passage' }],
] as const
const rates: string[][] = []
for (const [name, model, parameters] of models) {
  rates.push([name, ...summary(await textsPerSecond(model, parameters))])
}

await firstAnswer()
const starts: FirstAnswer[] = []
for (let i = 0; i < STARTS; i++) starts.push(await firstAnswer())

await writeResults(
  import.meta.url,
  `# The emulator's own speed

\`npx -y pnpm@12 --filter ./bench emulator-speed\`, with ${versions(['@pinecone-inference/emulator'])}.

Texts a second, ${texts.length} short texts (8 to 24 words) in batches of 96, four requests in flight, the answers' bytes
read and dropped; ${ROUNDS} rounds after one to warm up:

${markdownTable(['', 'median', 'spread'], rates)}

Milliseconds in a fresh process, ${STARTS} of them, with the operating system's file cache warm:

${markdownTable(
  ['', 'median', 'spread'],
  [
    ['import the package', ...summary(starts.map(({ importMs }) => importMs))],
    ['import, start, and have the first answer', ...summary(starts.map(({ totalMs }) => totalMs))],
  ],
)}`,
)
