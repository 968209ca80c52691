import { Fleet } from './fleet.js'
import { records } from './records.js'

export const ROWS = 6_000
export const LATENCY = { distribution: 'uniform', min: 400, max: 600 } as const
export const MAX_CONCURRENCY = 2

export const ROUNDS = 3

/** Rows a second without a limit, from the first finished job to the last, so without the start of processes. */
export async function throughput(workers: number): Promise<number> {
  await using fleet = await Fleet.start({
    emulator: { latency: LATENCY },
    run: { model: 'llama-text-embed-v2', parameters: { inputType: 'passage', dimension: 384 } },
    maxConcurrency: MAX_CONCURRENCY,
  })
  for (let i = 0; i < workers; i++) fleet.spawn()
  let first: { at: number; done: number } | undefined
  let last = { at: 0, done: 0 }
  const source = records(ROWS, { least: 8, most: 24 })
  const producing = fleet.run.produce(source, { recordsPerJob: 192, maxQueuedJobs: 200 })
  for await (const { records } of fleet.run.follow({ interval: 100 })) {
    last = { at: performance.now(), done: records.done }
    if (records.done > 0) first ??= last
  }
  await producing
  if (!first) throw new Error('Nothing was done')
  return (last.done - first.done) / ((last.at - first.at) / 1000)
}
