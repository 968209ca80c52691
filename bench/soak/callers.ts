import { setTimeout as delay } from 'node:timers/promises'
import { between } from '../texts/random.js'
import { calls, type Stage } from './calls.js'

/** How many callers make each call, over and over. */
const callers: Readonly<Record<string, number>> = {
  embed: 3,
  embedAll: 2,
  embedStream: 2,
  rerankAll: 2,
  'embedAll, aborted': 1,
}

/** Makes calls until `until` (performance.now()); resolves when the last one has ended. */
export async function callUntil(until: number, stage: Stage): Promise<void> {
  const caller = async (name: string) => {
    while (performance.now() < until) {
      stage.tally.of(name).calls++
      try {
        await calls[name]?.(stage)
      } catch (error) {
        stage.tally.failed(name, error)
      }
      await delay(between(stage.random, 5, 100))
    }
  }
  const all = Object.entries(callers).flatMap(([name, count]) =>
    Array.from({ length: count }, () => caller(name)),
  )
  await Promise.all(all)
}
