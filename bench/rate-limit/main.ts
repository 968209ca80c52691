import { writeFile } from 'node:fs/promises'
import { PineconeInference } from '@pinecone-inference/client'
import { SeparateEmulator } from '../emulator/separate-emulator.js'
import { markdownTable } from '../report/markdown-table.js'
import { writeResults } from '../report/results.js'
import { versions } from '../report/versions.js'
import { passages } from '../texts/passages.js'
import { officialSdkLoop } from './official-sdk-loop.js'
import { type Course, racePicture } from './race-picture.js'

const TOKENS_PER_MINUTE = 400_000
const LATENCY = { distribution: 'uniform', min: 50, max: 150 } as const
const model = 'multilingual-e5-large'
const parameters = { inputType: 'passage' } as const

const texts = passages(30_000, { least: 8, most: 24 })

interface Contender {
  readonly name: string
  /** Embeds all texts and returns how many vectors came. */
  run(url: string): Promise<number>
}

const contenders: readonly Contender[] = [
  { name: 'client, `rateLimit` configured', run: (url) => byClient(url, TOKENS_PER_MINUTE) },
  { name: 'client, learning the limit', run: (url) => byClient(url) },
  { name: 'official SDK, hand-written loop', run: (url) => officialSdkLoop(url, model, texts) },
]

async function byClient(baseUrl: string, tokensPerMinute?: number): Promise<number> {
  await using client = new PineconeInference({
    apiKey: 'offline',
    baseUrl,
    ...(tokensPerMinute ? { rateLimit: { tokensPerMinute } } : {}),
  })
  const { data } = await client.embedAll({ model, inputs: texts, parameters })
  return data.length
}

/** What the emulator counts for all texts, asked without a limit. */
async function totalTokens(): Promise<number> {
  await using emulator = await SeparateEmulator.start()
  await using client = new PineconeInference({ apiKey: 'offline', baseUrl: emulator.url })
  return (await client.embedAll({ model, inputs: texts, parameters })).usage.totalTokens
}

const tokens = await totalTokens()
const ideal = ((tokens - TOKENS_PER_MINUTE) / TOKENS_PER_MINUTE) * 60
console.log(`${texts.length} texts, ${tokens} tokens: ${ideal.toFixed(1)} s at the limit`)

const rows: string[][] = []
const courses: Course[] = []
for (const { name, run } of contenders) {
  await using emulator = await SeparateEmulator.start({
    rateLimit: { tokensPerMinute: TOKENS_PER_MINUTE },
    latency: LATENCY,
  })
  const start = performance.now()
  const got = await run(emulator.url).catch((error: unknown) => {
    console.log(`${name}: ${error}`)
    return 0
  })
  const seconds = (performance.now() - start) / 1000
  const { requests, byStatus, course } = await emulator.answered()
  courses.push({ name: name.replaceAll('`', ''), answers: course })
  const refused = byStatus['429'] ?? 0
  rows.push([
    name,
    seconds.toFixed(1),
    (seconds / ideal).toFixed(2),
    `${requests}`,
    `${refused}`,
    `${((100 * refused) / requests).toFixed(1)} %`,
    `${texts.length - got}`,
  ])
  console.log(rows.at(-1)?.join('  '))
}

const picture = racePicture(courses, {
  title: 'A bulk job against a token bucket: tokens embedded over time',
  allowed: (now) => Math.min(tokens, TOKENS_PER_MINUTE * (1 + now / 60_000)),
})
await writeFile(new URL('./pictures/client-and-loop.svg', import.meta.url), picture)

const heads = ['', 'seconds', 'over the ideal', 'requests', 'refused (429)', 'wasted', 'lost']
await writeResults(
  import.meta.url,
  `# A bulk job against a token bucket

On real sockets; many more kinds of service in virtual time: [VIRTUAL.md](VIRTUAL.md).

\`npx -y pnpm@12 --filter ./bench rate-limit\`, one run each, with ${versions([
    '@pinecone-inference/client',
    '@pinecone-inference/emulator',
    '@pinecone-database/pinecone',
  ])}.

${texts.length.toLocaleString('en')} texts, ${tokens.toLocaleString('en')} tokens, at ${TOKENS_PER_MINUTE.toLocaleString('en')} tokens a minute: the emulator's bucket starts
full, and a 429 carries Retry-After in whole seconds; an answer takes ${LATENCY.min} to ${LATENCY.max} ms. 8 requests in flight. The ideal
spends the full bucket at once and then the rate: ${ideal.toFixed(1)} s.

${markdownTable(heads, rows)}

![Client and loop embed as fast as the limit allows; the loop has ten times as many requests refused, and ends late](pictures/client-and-loop.svg)`,
)
