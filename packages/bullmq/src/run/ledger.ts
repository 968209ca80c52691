import type { Redis } from 'ioredis'
import { type RunKeys, runKeys } from '../redis/keys.js'
import { Script } from '../redis/script.js'
import { RunError } from './errors.js'
import { formatSpec, identityOf, parseSpec, type RunSpec } from './run-spec.js'
import type { VectorFacts } from './vector-facts.js'

/** A record that the service refused. It is not in the output. */
export interface RecordFailure {
  readonly id: string
  readonly error: string
}

/** A job whose records are in the output. */
export interface FinishedJob {
  readonly index: number
  /** Identifies the job's records; see `fingerprintOf`. */
  readonly fingerprint: number
  /** Records in the output. */
  readonly records: number
  readonly tokens: number
  readonly failures: readonly RecordFailure[]
}

export interface Counts {
  /** Hash of the spec; undefined if Redis does not have the run. */
  readonly identity: string | undefined
  /** Jobs and records read from the source so far. */
  readonly jobs: number
  readonly records: number
  /** The source has been read to its end at least once, so it has no more jobs than these. */
  readonly ended: boolean
  /** It has ended and is not being read again: a job that is neither done nor queued will not come. */
  readonly complete: boolean
  readonly jobsDone: number
  readonly recordsDone: number
  readonly recordsFailed: number
  readonly tokens: number
}

/** Maximum failures that are listed; any more are only counted. */
const LISTED_FAILURES = 10_000
const BYTES_PER_JOB = 8
const PAGE = 4_096

/**
 * Records the fingerprint of a job before it is queued, and refuses a different one: the job may be queued already, or
 * done.
 * KEYS: done. ARGV: index, fingerprint
 */
const giveScript = new Script(`
local at = '#' .. (ARGV[1] * 2 + 1)
local given = redis.call('BITFIELD', KEYS[1], 'GET', 'u32', at)[1]
if given == 0 then redis.call('BITFIELD', KEYS[1], 'SET', 'u32', at, ARGV[2]) end
return given == 0 or given == tonumber(ARGV[2])
`)

/**
 * Marks a job as done and adds its counts, both or neither, and never twice. Meanwhile the run may have been removed,
 * and another one begun under its name.
 * KEYS: run, done, failures. ARGV: identity, index, records + 1, fingerprint, records, tokens, failures …
 */
const finishScript = new Script(`
if redis.call('HGET', KEYS[1], 'identity') ~= table.remove(ARGV, 1) then return 0 end
local at = ARGV[1] * 2
if redis.call('BITFIELD', KEYS[2], 'GET', 'u32', '#' .. at)[1] ~= 0 then return 0 end
local given = redis.call('BITFIELD', KEYS[2], 'GET', 'u32', '#' .. (at + 1))[1]
if given ~= tonumber(ARGV[3]) then return 0 end
redis.call('BITFIELD', KEYS[2], 'SET', 'u32', '#' .. at, ARGV[2], 'SET', 'u32', '#' .. (at + 1), ARGV[3])
redis.call('HINCRBY', KEYS[1], 'jobsDone', 1)
redis.call('HINCRBY', KEYS[1], 'recordsDone', ARGV[4])
redis.call('HINCRBY', KEYS[1], 'tokens', ARGV[5])
redis.call('HINCRBY', KEYS[1], 'recordsFailed', #ARGV - 5)
local room = ${LISTED_FAILURES} - redis.call('LLEN', KEYS[3])
for i = 6, math.min(#ARGV, 5 + room) do redis.call('RPUSH', KEYS[3], ARGV[i]) end
return 1
`)

/**
 * Stores the facts of the run's first vectors, and returns those stored first; nothing if the run was removed.
 * KEYS: run. ARGV: identity, vectors
 */
const vectorsScript = new Script(`
if redis.call('HGET', KEYS[1], 'identity') ~= ARGV[1] then return false end
redis.call('HSETNX', KEYS[1], 'vectors', ARGV[2])
return redis.call('HGET', KEYS[1], 'vectors')
`)

/** A run's spec and progress in Redis: the only record of which jobs are done. */
export class Ledger {
  readonly #redis: Redis
  readonly #keys: RunKeys
  readonly run: string

  constructor(redis: Redis, prefix: string, run: string) {
    this.#redis = redis
    this.#keys = runKeys(prefix, run)
    this.run = run
  }

  /**
   * Stores the spec of the run.
   *
   * @returns whether the run is new
   * @throws RunError if a different run has the name
   */
  async register(spec: RunSpec): Promise<boolean> {
    const identity = identityOf(spec)
    const isNew = (await this.#redis.hsetnx(this.#keys.run, 'identity', identity)) === 1
    if (!isNew && (await this.#redis.hget(this.#keys.run, 'identity')) !== identity) {
      const known = await this.spec()
      throw new RunError(
        `The run ${JSON.stringify(this.run)} exists with a different model, parameters or output: ` +
          `${known ? formatSpec(known) : 'unknown'}. Choose another name, or remove that run`,
      )
    }
    await this.#redis.hset(this.#keys.run, 'spec', formatSpec(spec))
    return isNew
  }

  /** The spec of the run; undefined before it has begun. */
  async spec(): Promise<RunSpec | undefined> {
    const json = await this.#redis.hget(this.#keys.run, 'spec')
    return json === null ? undefined : parseSpec(json)
  }

  /** Marks the source as being read: until `closeSource`, jobs that are neither done nor queued may still come. */
  async openSource(): Promise<void> {
    await this.#redis.hset(this.#keys.run, 'producing', 1)
  }

  /** Stores how many jobs and records the source has given, and whether it has ended. */
  async produced(jobs: number, records: number, ended: boolean): Promise<void> {
    await this.#redis.hset(this.#keys.run, { jobs, records, ended: ended ? 1 : 0 })
  }

  async closeSource(): Promise<void> {
    await this.#redis.hdel(this.#keys.run, 'producing')
  }

  /** Called before a job is queued. Returns false if the job had other records before. */
  async give(index: number, fingerprint: number): Promise<boolean> {
    return (await giveScript.run(this.#redis, [this.#keys.done], [index, fingerprint])) === 1
  }

  async isDone(index: number): Promise<boolean> {
    return (await this.#entries(index, 1))[0] !== undefined
  }

  /**
   * Called before vectors are written. Returns the facts that all vectors of the run must share; its first ones decide.
   */
  async vectorsLike(spec: RunSpec, vectors: VectorFacts): Promise<VectorFacts> {
    const args = [identityOf(spec), JSON.stringify(vectors)]
    const written = await vectorsScript.run(this.#redis, [this.#keys.run], args)
    return typeof written === 'string' ? (JSON.parse(written) as VectorFacts) : vectors
  }

  /** The facts of the vectors in the output; undefined before there are any. */
  async vectors(): Promise<VectorFacts | undefined> {
    const json = await this.#redis.hget(this.#keys.run, 'vectors')
    return json === null ? undefined : (JSON.parse(json) as VectorFacts)
  }

  /** Marks a job as done. Returns false, and changes nothing, if it is done already or its run was removed. */
  async finish(
    spec: RunSpec,
    { index, fingerprint, records, tokens, failures }: FinishedJob,
  ): Promise<boolean> {
    const args = [
      identityOf(spec),
      index,
      records + 1,
      fingerprint,
      records,
      tokens,
      ...failures.map((one) => JSON.stringify(one)),
    ]
    const { run, done, failures: list } = this.#keys
    return (await finishScript.run(this.#redis, [run, done, list], args)) === 1
  }

  async counts(): Promise<Counts> {
    const fields = await this.#redis.hgetall(this.#keys.run)
    const count = (field: string) => Number(fields[field] ?? 0)
    return {
      identity: fields.identity,
      jobs: count('jobs'),
      records: count('records'),
      ended: fields.ended === '1',
      complete: fields.ended === '1' && fields.producing === undefined,
      jobsDone: count('jobsDone'),
      recordsDone: count('recordsDone'),
      recordsFailed: count('recordsFailed'),
      tokens: count('tokens'),
    }
  }

  /** The entry of each job in turn, undefined for a job that is not done. Never ends. */
  async *entries(): AsyncGenerator<{ records: number; fingerprint: number } | undefined, never> {
    for (let from = 0; ; from += PAGE) yield* await this.#entries(from, PAGE)
  }

  async #entries(from: number, count: number) {
    const bytes = await this.#redis.getrangeBuffer(
      this.#keys.done,
      from * BYTES_PER_JOB,
      (from + count) * BYTES_PER_JOB - 1,
    )
    return Array.from({ length: count }, (_, i) => {
      const at = i * BYTES_PER_JOB
      if (at + BYTES_PER_JOB > bytes.length) return undefined
      const marked = bytes.readUInt32BE(at)
      return marked === 0 ? undefined : { records: marked - 1, fingerprint: bytes.readUInt32BE(at + 4) }
    })
  }

  /** The failed records, at most 10,000. */
  async failures(): Promise<RecordFailure[]> {
    const list = await this.#redis.lrange(this.#keys.failures, 0, -1)
    return list.map((json) => JSON.parse(json) as RecordFailure)
  }

  /** Removes the run. */
  async remove(): Promise<void> {
    await this.#redis.del(this.#keys.run, this.#keys.done, this.#keys.failures)
  }
}
