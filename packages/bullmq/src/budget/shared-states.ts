import { performance } from 'node:perf_hooks'
import type { RateState } from '@pinecone-inference/client/adapters'
import type { Redis } from 'ioredis'
import { Script } from '../redis/script.js'
import { Mutex } from './mutex.js'

/**
 * Compare and swap. KEYS: one per state. ARGV: milliseconds to keep them; then the expected value of each key, '' for
 * none; then the new value of each key, or no new values to only read.
 * Returns the time in milliseconds, whether the swap was made, and what the keys held.
 */
const swap = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('MGET', unpack(KEYS))
local isAsExpected = #ARGV > 1 and 1 or 0
for i = 1, #KEYS do
  held[i] = held[i] or ''
  if held[i] ~= ARGV[1 + i] then isAsExpected = 0 end
end
if isAsExpected == 1 then
  for i, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1 + #KEYS + i], 'PX', ARGV[1]) end
end
return {now, isAsExpected, unpack(held)}
`)

type SwapAnswer = [now: number, isAsExpected: number, ...held: string[]]

/** A day: after that, nothing learned is valid any more, and the budget is full. */
const KEPT = 86_400_000

/** Computes the next states from the current ones; no states if nothing changes. */
export type Change<T> = (
  states: readonly (RateState | undefined)[],
  now: number,
) => {
  readonly result: T
  readonly states?: readonly RateState[]
  /** Milliseconds for which they are valid, if that is more than a day. */
  readonly keepMs?: number
}

/**
 * The states of the rate policy in Redis, shared by several processes. Time is that of Redis's clock. A change applies
 * only to the states it was computed from. The first attempt uses the states that this process saw last, so a change
 * takes one round trip unless another process came in between.
 */
export class SharedStates {
  readonly #redis: Redis
  readonly #seen = new Map<string, string>()
  /** Milliseconds by which the clock of Redis is ahead of `performance.now()`. */
  #ahead: number | undefined
  /** When the command was issued that Redis has not answered yet. */
  #askedAt: number | undefined
  /** Two concurrent changes of one process would only make each other start over. */
  readonly #mutex = new Mutex()

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** Milliseconds for which a command has waited for Redis to answer; 0 if none waits. */
  get silentMs(): number {
    return this.#askedAt === undefined ? 0 : performance.now() - this.#askedAt
  }

  change<T>(keys: readonly string[], change: Change<T>): Promise<T> {
    return this.#mutex.runExclusive(() => this.#change(keys, change))
  }

  async #change<T>(keys: readonly string[], change: Change<T>): Promise<T> {
    let now = this.#ahead === undefined ? await this.#look(keys) : performance.now() + this.#ahead
    for (;;) {
      const held = keys.map((key) => this.#seen.get(key) ?? '')
      const { result, states, keepMs = 0 } = change(held.map(parsed), now)
      const next = states?.map((state) => JSON.stringify(state)) ?? held
      if (!states) {
        // The states seen may be outdated, and the wait already over.
        const before = held.join()
        now = await this.#look(keys)
        if (keys.map((key) => this.#seen.get(key) ?? '').join() === before) return result
        continue
      }
      const given = [KEPT + Math.ceil(keepMs), ...held, ...next]
      const [time, isDone, ...values] = await this.#swap(keys, given)
      const current = isDone ? next : values
      for (const [i, key] of keys.entries()) this.#seen.set(key, current[i] ?? '')
      now = this.#told(time)
      if (isDone) return result
    }
  }

  async #look(keys: readonly string[]): Promise<number> {
    const [time, , ...held] = await this.#swap(keys, [KEPT])
    for (const [i, key] of keys.entries()) this.#seen.set(key, held[i] ?? '')
    return this.#told(time)
  }

  async #swap(keys: readonly string[], given: readonly (string | number)[]): Promise<SwapAnswer> {
    this.#askedAt = performance.now()
    try {
      return (await swap.run(this.#redis, keys, given)) as SwapAnswer
    } finally {
      this.#askedAt = undefined
    }
  }

  #told(time: number): number {
    this.#ahead = time - performance.now()
    return time
  }
}

function parsed(json: string): RateState | undefined {
  if (json === '') return undefined
  try {
    return JSON.parse(json) as RateState
  } catch {
    return undefined
  }
}
