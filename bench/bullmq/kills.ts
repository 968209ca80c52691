import { setTimeout as delay } from 'node:timers/promises'
import { seededRandom } from '../texts/random.js'
import { Fleet } from './fleet.js'
import { countIds, records } from './records.js'

export const ROWS = 16_000
export const WORKERS = 4
export const TOKENS_PER_MINUTE = 300_000
export const RECORDS_PER_JOB = 288
export const LOCK_DURATION = 5_000
export const WORKER_KILLS = 5
/** Milliseconds that Redis is away. */
export const REDIS_AWAY = 3_000
export const LATENCY = { distribution: 'uniform', min: 50, max: 150 } as const
/** Short vectors, so that the processors of one machine do for all of it. */
export const MODEL = { model: 'llama-text-embed-v2', parameters: { inputType: 'passage', dimension: 384 } }
const TEXTS_PER_REQUEST = 96

export interface Outcome {
  readonly seconds: number
  readonly tokens: number
  /** Seconds that the budget allows at best: the full bucket at once, then the rate. */
  readonly ideal: number
  readonly requests: number
  readonly needed: number
  readonly refused: number
  readonly ids: number
}

export interface Conditions {
  readonly withKills: boolean
  /** Whether the workers are told the limit, or have to learn it from 429s. */
  readonly configured: boolean
  readonly seed: number
}

/** A job of so many rows against a token bucket. */
export async function runUnderKills({ withKills, configured, seed }: Conditions): Promise<Outcome> {
  await using fleet = await Fleet.start({
    emulator: { rateLimit: { tokensPerMinute: TOKENS_PER_MINUTE }, latency: LATENCY },
    run: {
      ...MODEL,
      ...(configured ? { rateLimit: { tokensPerMinute: TOKENS_PER_MINUTE } } : {}),
    },
    lockDuration: LOCK_DURATION,
  })
  const random = seededRandom(seed)
  const workers = Array.from({ length: WORKERS }, () => fleet.spawn())
  const killWorker = async () => {
    const which = Math.floor(random() * WORKERS)
    await workers[which]?.kill()
    workers[which] = fleet.spawn()
  }
  const killRedis = async () => {
    await fleet.redis.kill()
    await delay(REDIS_AWAY)
    await fleet.redis.start()
  }
  const blows = [killRedis, ...Array.from({ length: WORKER_KILLS }, () => killWorker)]
    .map((strike) => ({ at: 0.05 + 0.9 * random(), strike }))
    .sort((a, b) => a.at - b.at)
  const struck: Promise<void>[] = []
  let said = 0

  const start = performance.now()
  const result = await fleet.run.embed(records(ROWS, { least: 8, most: 24 }), {
    recordsPerJob: RECORDS_PER_JOB,
    onProgress: ({ state, records: { done }, tokensPerMinute }) => {
      if (done >= said + ROWS / 10) {
        said = done
        console.log(`  ${state}: ${done} of ${ROWS}, ${tokensPerMinute} tokens a minute`)
      }
      while (withKills && blows[0] && done >= blows[0].at * ROWS) {
        const blow = blows.shift()
        console.log(`  ${blow?.strike.name} at ${done}`)
        if (blow) struck.push(blow.strike())
      }
    },
  })
  const seconds = (performance.now() - start) / 1000
  await Promise.all(struck)
  if (withKills && blows.length > 0) throw new Error(`${blows.length} kills did not happen`)
  if (result.recordsFailed + result.failedJobs.length > 0) throw new Error(JSON.stringify(result))
  await Promise.all(workers.map(({ ended }) => ended))
  const { requests, byStatus } = await fleet.emulator.answered()
  const jobs = Math.floor(ROWS / RECORDS_PER_JOB)
  const rest = ROWS % RECORDS_PER_JOB
  return {
    seconds,
    tokens: result.tokens,
    ideal: ((result.tokens - TOKENS_PER_MINUTE) / TOKENS_PER_MINUTE) * 60,
    requests,
    needed: jobs * (RECORDS_PER_JOB / TEXTS_PER_REQUEST) + Math.ceil(rest / TEXTS_PER_REQUEST),
    refused: byStatus['429'] ?? 0,
    ids: await countIds(fleet.folder),
  }
}
