import { setInterval as every } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { PineconeInference } from '@pinecone-inference/client'
import { SeparateEmulator } from '../emulator/separate-emulator.js'
import { writeResults } from '../report/results.js'
import { seededRandom } from '../texts/random.js'
import { callUntil } from './callers.js'
import { faults, timeout } from './faults.js'
import { makeReference } from './reference.js'
import { soakReport } from './report.js'
import { Tally } from './tally.js'
import { takeVitals, type Vitals, watchAlarms } from './vitals.js'

const SAMPLE_EVERY = 10_000

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new RangeError(`--minutes is ${values.minutes}; allowed: numbers above 0`)

const alarms = watchAlarms()
console.log('Asking an emulator without faults for the right answers …')
const reference = await makeReference()
await using emulator = await SeparateEmulator.start(faults)
const client = new PineconeInference({ apiKey: 'bench', baseUrl: emulator.url, timeout })
const { signal } = new AbortController()
const tally = new Tally()
const vitals: Vitals[] = []

const start = performance.now()
const sampling = new AbortController()
const sampler = sample()
await callUntil(start + minutes * 60_000, { client, reference, tally, random: seededRandom(3), signal })
sampling.abort()
await sampler
await client.close()
const afterwards = takeVitals(start, signal)
const answered = await emulator.answered()

await writeResults(import.meta.url, soakReport({ minutes, tally, answered, vitals, afterwards, alarms }))

async function sample(): Promise<void> {
  try {
    for await (const _ of every(SAMPLE_EVERY, undefined, { signal: sampling.signal })) {
      const now = takeVitals(start, signal)
      vitals.push(now)
      const { minute, heapUsed, rss, handles } = now
      console.log(
        `${minute.toFixed(1)} min: heap ${(heapUsed / 1e6).toFixed(1)} MB, rss ${(rss / 1e6).toFixed(0)} MB, ${handles} handles`,
      )
    }
  } catch (error) {
    if (!sampling.signal.aborted) throw error
  }
}
