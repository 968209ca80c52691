import { Redis } from 'ioredis'
import { Fleet } from './fleet.js'
import { records } from './records.js'

/** Words of a passage of some 200 tokens. */
const PASSAGE = { least: 120, most: 160 }
const RECORDS_PER_JOB = 960
/** Milliseconds of work that show how fast a worker is. */
const LONG_ENOUGH = 30_000

export interface Costs {
  /** Of one record's text, on average. */
  readonly bytesPerRecord: number
  /** Of one record's text, as the service counts. */
  readonly tokensPerRecord: number
  /** Megabytes of Redis for the jobs of the default `maxQueuedJobs`. */
  readonly queueMegabytes: number
  /** Records a second that one coordinator puts into the queue. */
  readonly producedPerSecond: number
  /** Records a second that one worker embeds and writes as Parquet, where nothing waits. */
  readonly workedPerSecond: number
}

/** What a passage of usual length costs, apart from the service. */
export async function costs(): Promise<Costs> {
  await using fleet = await Fleet.start({
    emulator: {},
    run: { model: 'multilingual-e5-large', parameters: { inputType: 'passage' } },
  })
  const source = records(64 * RECORDS_PER_JOB, PASSAGE)
  const bytes = source.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  const before = await redisMegabytes(fleet.redis.url)
  const start = performance.now()
  await fleet.run.produce(source)
  const seconds = (performance.now() - start) / 1000
  const queueMegabytes = (await redisMegabytes(fleet.redis.url)) - before

  fleet.spawn()
  let first: { at: number; done: number } | undefined
  let last = { at: 0, done: 0, tokens: 0 }
  for await (const { records, tokens } of fleet.run.follow({ interval: 100 })) {
    last = { at: performance.now(), done: records.done, tokens }
    if (records.done > 0) first ??= last
    if (first && last.at - first.at > LONG_ENOUGH) break
  }
  if (!first) throw new Error('Nothing was done')
  return {
    bytesPerRecord: bytes / source.length,
    tokensPerRecord: last.tokens / last.done,
    queueMegabytes,
    producedPerSecond: source.length / seconds,
    workedPerSecond: (last.done - first.done) / ((last.at - first.at) / 1000),
  }
}

/** Megabytes that Redis has allocated for its data, now. */
async function redisMegabytes(url: string): Promise<number> {
  const redis = new Redis(url)
  try {
    const info = await redis.info('memory')
    return Number(/used_memory_dataset:(\d+)/.exec(info)?.[1]) / 1e6
  } finally {
    redis.disconnect()
  }
}
