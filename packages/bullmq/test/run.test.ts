import { EventEmitter, once } from 'node:events'
import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readRecords, type TextRecord } from '@pinecone-inference/files'
import { Queue, UnrecoverableError, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  EmbedRun,
  type Part,
  RedisBudget,
  RedisUnavailableError,
  RunError,
  runWorker,
  WorkerError,
} from '../dist/index.js'
import { fleet, outputOf, records } from './fleet.js'
import { hasRedisServer, RedisServer } from './redis-server.js'

const small = { recordsPerJob: 50 }

describe.runIf(hasRedisServer())('a run', () => {
  it('puts each record into the output once, with its metadata, and lists the parts in a manifest', async () => {
    const { folder, open, work } = await fleet()
    const run = await open()
    const workers = [work(), work()]
    const seen: string[] = []
    const result = await run.embed(records(505), { ...small, onProgress: ({ state }) => seen.push(state) })
    const { manifest, embedded, files } = await outputOf(folder)
    expect(embedded.map(({ id }) => id)).toEqual(records(505).map(({ id }) => id))
    expect(embedded[7]).toEqual({ id: 'id-7', values: expect.any(Array), metadata: { number: 7 } })
    expect(manifest).toMatchObject({
      run: 'passages',
      model: 'multilingual-e5-large',
      records: 505,
      tokens: result.tokens,
    })
    expect(manifest.parts).toHaveLength(11)
    expect(files).toHaveLength(13)
    expect(seen.at(-1)).toBe('finished')
    const done = await Promise.all(workers)
    expect(done.reduce((sum, { records }) => sum + records, 0)).toBe(505)
    expect(done.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(result.tokens)
  })

  it('writes Parquet', async () => {
    const { folder, open, work } = await fleet()
    const run = await open({ output: { folder, format: 'parquet' }, model: 'pinecone-sparse-english-v0' })
    void work()
    await run.embed(records(60), small)
    const ids: string[] = []
    for await (const { id } of readRecords(join(folder, 'part-000000001.parquet'), { textField: 'id' }))
      ids.push(id)
    expect(ids).toEqual(
      records(60)
        .slice(50)
        .map(({ id }) => id),
    )
  })

  it('treats an option that is undefined as one that is not given', async () => {
    const { redis, open, work } = await fleet()
    const none = undefined
    const run = await open({ prefix: none, rateLimit: none })
    const working = work({ prefix: none, sink: none, concurrency: none, lockDuration: none, onError: none })
    const sizes = { recordsPerJob: none, maxQueuedJobs: none }
    expect(await run.embed(records(10), { ...sizes, onProgress: none, signal: none })).toMatchObject({
      records: 10,
    })
    expect(await working).toMatchObject({ records: 10 })
    for await (const { state } of run.follow({ interval: none, signal: none })) expect(state).toBe('finished')
    await using bare = await EmbedRun.open({
      redis: redis.url,
      run: 'bare',
      model: 'any',
      parameters: none,
      output: none,
    })
    expect(await bare.embed([])).toMatchObject({ records: 0 })
  })

  it('passes its parts to the sink of the worker if it has no output', async () => {
    const { emulator, redis, worker } = await fleet()
    const run = await EmbedRun.open({
      redis: redis.url,
      run: 'upsert',
      model: 'multilingual-e5-large',
      parameters: { inputType: 'passage' },
    })
    onTestFinished(() => run.close())
    await expect(runWorker({ ...worker, run: 'upsert' })).rejects.toThrow('needs a sink')
    const parts: Part[] = []
    const working = runWorker({ ...worker, run: 'upsert', sink: async (part) => void parts.push(part) })
    await run.embed(records(120), small)
    await working
    expect(parts.map(({ name, records }) => [name, records.length]).sort()).toEqual([
      ['part-000000000', 50],
      ['part-000000001', 50],
      ['part-000000002', 20],
    ])
    expect(emulator.requests.length).toBeLessThanOrEqual(3)
  })

  it('run again with the same source, does only what is not done yet', async () => {
    const { emulator, folder, open, work } = await fleet()
    const run = await open()
    const working = work()
    function* broken(): Generator<TextRecord> {
      yield* records(270)
      throw new Error('the disk was pulled out')
    }
    await expect(run.embed(broken(), small)).rejects.toThrow('pulled out')
    await run.close()

    const again = await open()
    expect(await again.embed(records(500), small)).toMatchObject({ records: 500 })
    await working
    const sent = emulator.requests.length
    expect(sent).toBeLessThanOrEqual(10)
    expect((await outputOf(folder)).embedded).toHaveLength(500)

    // And once more, when all is done: without a worker, without a request.
    expect(await again.embed(records(500), small)).toMatchObject({ records: 500 })
    expect(emulator.requests).toHaveLength(sent)
  })

  it('refuses another source under the same name', async () => {
    const { open, work } = await fleet()
    const run = await open()
    void work()
    await run.embed(records(100), small)
    await expect(
      run.embed(
        records(100, (i) => `Changed ${i}`),
        small,
      ),
    ).rejects.toThrow(RunError)
    await expect(run.embed(records(100), { recordsPerJob: 25 })).rejects.toThrow('jobs of another size')
    await expect(run.embed(records(50), small)).rejects.toThrow('ended after 1 jobs')
    await expect(run.embed(records(101), small)).rejects.toThrow('more than the 100 records')
    // It stays what it was.
    expect(await run.finish()).toMatchObject({ records: 100 })
  })

  it('refuses another source even while the first one is still queued', async () => {
    const { folder, open, work } = await fleet()
    const run = await open()
    await run.produce(records(60), small)
    const changed = records(60, (i) => `Changed ${i}`)
    for (const [source, recordsPerJob] of [
      [records(200), 25],
      [records(200), 100],
      [records(200), 50],
      [changed, 50],
    ] as const) {
      await expect(run.produce(source, { recordsPerJob })).rejects.toThrow('jobs of another size')
    }
    void work()
    expect(await run.embed(records(60), small)).toMatchObject({ records: 60, failedJobs: [] })
    expect((await outputOf(folder)).embedded.map(({ id }) => id)).toEqual(records(60).map(({ id }) => id))
  })

  it('refuses another model under the same name, and a folder with other parts; another budget is fine', async () => {
    const { folder, open } = await fleet()
    await open()
    await expect(open({ model: 'llama-text-embed-v2' })).rejects.toThrow('exists with a different model')
    await open({ rateLimit: { tokensPerMinute: 5 } })
    await writeFile(join(folder, 'part-000000000.jsonl'), '')
    await expect(open({ run: 'other' })).rejects.toThrow('empty folder')
    await expect(open({ run: 'a:b' })).rejects.toThrow('must not contain colons')
  })

  it('refuses invalid numbers before anything is written, and names the option', async () => {
    const { redis, folder, open, work } = await fleet()
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    for (const no of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const rateLimit = { tokensPerMinute: no }
      await expect(open({ rateLimit })).rejects.toThrow(`rateLimit.tokensPerMinute is ${no}`)
      expect(() => new RedisBudget({ redis: client, rateLimit })).toThrow('rateLimit.tokensPerMinute')
      await expect(work({ concurrency: no })).rejects.toThrow(`concurrency is ${no}`)
      await expect(work({ lockDuration: no })).rejects.toThrow(`lockDuration is ${no}`)
    }
    await expect(open({ rateLimit: { requestsPerMinute: 0 } })).rejects.toThrow('rateLimit.requestsPerMinute')
    expect(await client.keys('*')).toEqual([])
    expect(await readdir(folder)).toEqual([])

    const run = await open()
    const keys = (await client.keys('*')).sort()
    for (const no of [0, -5, 1.5, Number.NaN]) {
      await expect(run.produce(records(10), { recordsPerJob: no })).rejects.toThrow(`recordsPerJob is ${no}`)
      await expect(run.embed(records(10), { maxQueuedJobs: no })).rejects.toThrow(`maxQueuedJobs is ${no}`)
    }
    expect((await client.keys('*')).sort()).toEqual(keys)
    const written = await client.hkeys('{pinecone-inference}:run:passages')
    expect(written.sort()).toEqual(['identity', 'spec'])
  })

  it('reads no more of the source than the queue has room for', async () => {
    const { open, work } = await fleet()
    const run = await open()
    let pulled = 0
    function* source(): Generator<TextRecord> {
      for (const record of records(1_000)) {
        pulled++
        yield record
      }
    }
    const embedding = run.embed(source(), { recordsPerJob: 10, maxQueuedJobs: 5 })
    for await (const { jobs } of run.follow({ interval: 50 })) if (jobs.waiting === 5) break
    // 5 jobs in the queue, one that waits for room
    expect(pulled).toBe(60)
    void work()
    expect(await embedding).toMatchObject({ records: 1_000 })
  })

  it('names the records that cannot be embedded, and embeds the others of their requests', async () => {
    const { emulator, folder, open, work } = await fleet()
    // Too long for the model, and not to be cut.
    const long = 'harbour '.repeat(2_000)
    const text = (i: number) => (i === 70 ? long : i === 3 ? '' : `Passage ${i}`)
    const run = await open({ parameters: { inputType: 'passage', truncate: 'NONE' } })
    void work()
    const result = await run.embed(records(100, text), small)
    expect(result).toMatchObject({ records: 98, recordsFailed: 2, failedJobs: [] })
    expect(result.failures.sort((a, b) => a.id.localeCompare(b.id))).toEqual([
      { id: 'id-3', error: 'has no text' },
      { id: 'id-70', error: expect.stringContaining('400') },
    ])
    const { manifest, embedded } = await outputOf(folder)
    expect(manifest).toMatchObject({ records: 98, recordsFailed: 2 })
    expect(embedded.map(({ id }) => id)).toEqual(
      records(100)
        .map(({ id }) => id)
        .filter((id) => id !== 'id-3' && id !== 'id-70'),
    )
    expect(emulator.requests.length).toBeLessThan(20)
  })

  it('names all records of a job that cannot be embedded, if others of the run could', async () => {
    const { open, work } = await fleet()
    const long = 'harbour '.repeat(2_000)
    const run = await open({ parameters: { inputType: 'passage', truncate: 'NONE' } })
    void work({ concurrency: 1 })
    const source = records(80, (i) => (i < 50 ? `Passage ${i}` : long))
    expect(await run.embed(source, small)).toMatchObject({ records: 50, recordsFailed: 30, failedJobs: [] })
  })

  it('refuses an invalid record before it is queued, and names it', async () => {
    const { open, work } = await fleet()
    const run = await open()
    const nothing = undefined as unknown as string
    const withoutText = [...records(60), { id: 'bad', text: nothing }]
    await expect(run.embed(withoutText, small)).rejects.toThrow('Record 60 of the source, "bad", has no text')
    const withoutId = [...records(60), { id: nothing, text: 'Passage' }]
    await expect(run.embed(withoutId, small)).rejects.toThrow('Record 60 of the source has no id')
    await expect(run.embed([null as unknown as TextRecord])).rejects.toThrow('Record 0 of the source')
    void work()
    expect(await run.embed(records(61), small)).toMatchObject({ records: 61, failedJobs: [] })
  })

  it('a request that is refused for another reason is halved down to the record at fault', async () => {
    const { emulator, open, work } = await fleet()
    emulator.faults.add({
      route: '/embed',
      call: 1,
      fault: { kind: 'status', status: 400, message: 'no' },
    })
    const run = await open()
    void work()
    expect(await run.embed(records(40), small)).toMatchObject({ records: 40, recordsFailed: 0 })
    expect(emulator.requests.length).toBeLessThanOrEqual(3)
  })

  it('a request that fails temporarily is retried, and finished ones are kept', {
    timeout: 60_000,
  }, async () => {
    const { emulator, open, work } = await fleet()
    emulator.faults.add({ route: '/embed', call: 1, fault: { kind: 'malformed', as: 'wrong-count' } })
    const run = await open()
    void work()
    expect(await run.embed(records(150), { recordsPerJob: 150 })).toMatchObject({
      records: 150,
      failedJobs: [],
    })
    // the first 8, asked for beforehand, among them
    expect(emulator.requests.length).toBeLessThanOrEqual(4)
  })

  it('what is answered of a job is paid for once, though the client gives up on the rest of it', async () => {
    const { emulator, folder, open, work, worker } = await fleet()
    const told: string[] = []
    emulator.faults.add({ route: '/embed', call: 2, fault: { kind: 'status', status: 503 } })
    const run = await open()
    void work({
      client: { ...worker.client, maxRetries: 0 },
      onError: ({ message }) => void told.push(message),
    })
    await run.embed(records(300), { recordsPerJob: 300 })
    const { manifest, embedded } = await outputOf(folder)
    expect(embedded.map(({ id }) => id)).toEqual(records(300).map(({ id }) => id))
    const answered = emulator.requests.filter(({ status }) => status === 200)
    const tokens = answered.reduce((sum, request) => sum + (request.tokens ?? 0), 0)
    expect(manifest).toMatchObject({ records: 300, recordsFailed: 0, tokens })
    const texts = answered.flatMap(({ body }) => (body as { inputs: { text: string }[] }).inputs)
    expect(texts).toHaveLength(300)
    expect(told).toEqual([expect.stringContaining('503')])
  })

  it('a budget that is spent for a long time stops the worker, and leaves the jobs to others', async () => {
    const { emulator, open, work } = await fleet()
    emulator.faults.add({ times: 1, fault: { kind: 'status', status: 429, retryAfter: 3600 } })
    const run = await open()
    const embedding = run.embed(records(40), small)
    await expect(work()).rejects.toThrow(WorkerError)
    void work()
    expect(await embedding).toMatchObject({ records: 40, failedJobs: [] })
  })

  it('a refusal that does not depend on the records stops the worker after few requests, and nothing counts as finished', async () => {
    const { emulator, open, work } = await fleet()
    emulator.faults.add({ route: '/embed', fault: { kind: 'status', status: 422, message: 'unknown field' } })
    const run = await open()
    await run.produce(records(500), small)
    await expect(work()).rejects.toThrow(/unknown field.*the request itself is refused/)
    expect(emulator.requests.length).toBeLessThanOrEqual(30)
    await expect(run.finish()).rejects.toThrow('is still embedding')

    emulator.faults.clear()
    void work()
    expect(await run.embed(records(500), small)).toMatchObject({ records: 500, recordsFailed: 0 })
  })

  it('a key that is refused stops the worker, and leaves the jobs to others', async () => {
    const { emulator, open, work } = await fleet({ apiKey: 'right' })
    const run = await open()
    const embedding = run.embed(records(200), small)
    await expect(work({ client: { apiKey: 'wrong', baseUrl: emulator.url } })).rejects.toThrow(WorkerError)
    void work({ client: { apiKey: 'right', baseUrl: emulator.url } })
    expect(await embedding).toMatchObject({ records: 200, failedJobs: [] })
  })

  it('a folder that cannot be written stops the worker, and leaves the jobs to others', async () => {
    const { folder, open, work } = await fleet()
    const run = await open()
    await rm(folder, { recursive: true })
    await writeFile(folder, 'a file where the folder should be')
    const embedding = run.embed(records(120), small)
    await expect(work()).rejects.toThrow(/part-\d+\.jsonl cannot be written: /)
    await rm(folder)
    void work()
    expect(await embedding).toMatchObject({ records: 120, failedJobs: [] })
    expect((await outputOf(folder)).embedded).toHaveLength(120)
  })

  it('names a part that its worker has written elsewhere, and is finished once it is there', async () => {
    const { folder, open, work } = await fleet()
    const run = await open()
    void work()
    await run.embed(records(120), small)
    const part = join(folder, 'part-000000001.jsonl')
    const elsewhere = join(folder, 'elsewhere')
    await rename(part, elsewhere)
    await expect(run.finish()).rejects.toThrow(
      /part-000000001\.jsonl is done, but missing from .* Copy it there/,
    )
    await rename(elsewhere, part)
    expect(await run.embed(records(120), small)).toMatchObject({ records: 120 })
  })

  it('names the jobs that failed, stops before they are many, and retries them with the same source', async () => {
    const { redis, open, work } = await fleet()
    const run = await open()
    const connection = { url: redis.url, maxRetriesPerRequest: null }
    const failing = new Worker(
      'passages',
      () => Promise.reject(new UnrecoverableError('it takes the worker down')),
      { connection, prefix: '{pinecone-inference}:queue' },
    )
    const options = { ...small, maxQueuedJobs: 4 }
    await expect(run.embed(records(250), options)).rejects.toThrow('4 jobs have failed')
    const { failedJobs } = await run.embed(records(250), small)
    expect(failedJobs.map(({ error }) => error)).toEqual(Array(5).fill('it takes the worker down'))
    await failing.close()

    void work()
    expect(await run.embed(records(250), small)).toMatchObject({ records: 250, failedJobs: [] })
  })

  it('an abort ends the coordinator at once, even while Redis is away', async () => {
    const { redis, open } = await fleet()
    const run = await open()
    const stop = new AbortController()
    const embedding = run.embed(records(500), { ...small, maxQueuedJobs: 2, signal: stop.signal })
    for await (const { jobs } of run.follow({ interval: 20 })) if (jobs.waiting === 2) break
    await redis.kill()
    stop.abort(new Error('enough'))
    await expect(embedding).rejects.toThrow('enough')
  })

  it('a listener that throws causes a warning, and stops neither the coordinator nor a worker', async () => {
    const warned = new EventEmitter()
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation((of) => void warned.emit('of', of))
    onTestFinished(() => warning.mockRestore())
    const { open, work } = await fleet()
    const broken = (listener: string) => () => {
      throw new Error(`${listener} is broken`)
    }
    const run = await open()
    void work()
    const embedding = run.embed(records(60), { ...small, onProgress: broken('onProgress') })
    expect(await embedding).toMatchObject({ records: 60 })
    expect(warning).toHaveBeenCalledWith(new Error('onProgress is broken'))

    const withoutOutput = await open({ run: 'sink', output: undefined })
    const failing = () => Promise.reject(new Error('no room for it'))
    const told = once(warned, 'of')
    void work({ run: 'sink', sink: failing, onError: broken('onError') })
    await withoutOutput.produce(records(10), small)
    expect(await told).toEqual([new Error('onError is broken')])
  })

  it('a worker that is told to stop finishes its jobs and returns', async () => {
    const { emulator, open, spawn, work } = await fleet({ latency: 300 })
    const run = await open()
    const embedding = run.embed(records(500), small)
    const process = spawn()
    for await (const { jobs } of run.follow({ interval: 20 })) if (jobs.active > 0) break
    expect(await process.stop()).toBe(0)
    void work()
    expect(await embedding).toMatchObject({ records: 500 })
    expect(emulator.requests.every(({ status }) => status === 200)).toBe(true)
    expect(emulator.requests.length).toBeLessThanOrEqual(10)
  })

  it('a worker that is told to stop while Redis is away returns, and leaves its jobs to others', async () => {
    const { redis, folder, open, spawn, work } = await fleet({ latency: 300 })
    const run = await open()
    const embedding = run.embed(records(500), small)
    const process = spawn()
    for await (const { jobs } of run.follow({ interval: 20 })) if (jobs.active > 0) break
    await redis.kill()
    expect(await process.stop()).toBe(0)
    await redis.start()
    void work()
    expect(await embedding).toMatchObject({ records: 500 })
    expect((await outputOf(folder)).embedded).toHaveLength(500)
  })

  it('reports jobs that Redis has lost, and the same source brings them back', async () => {
    const { redis, open, work } = await fleet()
    const run = await open()
    await run.produce(records(100), small)
    const connection = { url: redis.url, maxRetriesPerRequest: null }
    const queue = new Queue('passages', { connection, prefix: '{pinecone-inference}:queue' })
    await queue.drain()
    await queue.close()
    const following = async () => {
      for await (const _ of run.follow({ interval: 20 })) {
        // until it throws
      }
    }
    await expect(following()).rejects.toThrow('has lost 2 jobs')
    void work()
    expect(await run.embed(records(100), small)).toMatchObject({ records: 100 })
  })

  it('given the same source again, is not finished before the source has ended, however long that takes', async () => {
    const { redis, open, work } = await fleet()
    const run = await open()
    const connection = { url: redis.url, maxRetriesPerRequest: null }
    const failing = new Worker('passages', () => Promise.reject(new UnrecoverableError('no')), {
      connection,
      prefix: '{pinecone-inference}:queue',
    })
    expect((await run.embed(records(100), small)).failedJobs).toHaveLength(2)
    await failing.close()

    const looked = new EventEmitter()
    async function* slow() {
      yield* records(50)
      await once(looked, 'often')
      yield* records(100).slice(50)
    }
    void work()
    const states: string[] = []
    const embedding = run.embed(slow(), { ...small, onProgress: ({ state }) => states.push(state) })
    let looks = 0
    for await (const { state, jobs } of run.follow({ interval: 20 })) {
      // More often than jobs have to be nowhere before they are called lost.
      if (state === 'producing' && jobs.done === 1 && ++looks === 10) break
    }
    looked.emit('often')
    expect(await embedding).toMatchObject({ records: 100, failedJobs: [] })
    expect(states[0]).toBe('producing')
    expect(states.at(-1)).toBe('finished')
  })

  it('reports that Redis has lost it', async () => {
    const { redis, open, work } = await fleet()
    const run = await open()
    const working = work()
    const stop = new AbortController()
    async function* endless() {
      yield* records(50)
      await once(stop.signal, 'abort')
    }
    const embedding = run.embed(endless(), { ...small, signal: stop.signal }).catch(() => {})
    // The worker has found the run.
    for await (const { jobs } of run.follow({ interval: 20 })) if (jobs.done === 1) break
    const client = new Redis(redis.url)
    await client.flushall()
    client.disconnect()
    await expect(run.follow().next()).rejects.toThrow('has lost the run')
    await expect(working).rejects.toThrow('has lost the run')
    stop.abort()
    await embedding
  })

  it('is gone from Redis after remove()', async () => {
    const { redis, open, work } = await fleet()
    const run = await open()
    void work()
    await run.embed(records(100), small)
    await run.remove()
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    const keys = await client.keys('*')
    expect(keys.filter((key) => !key.includes(':rate:'))).toEqual([])
  })

  /** A run without output, removed while a worker has its only job in hand; `release` lets that worker go on. */
  async function removedInTheMiddle() {
    const { redis, worker } = await fleet()
    const open = async () => {
      const options = { model: 'multilingual-e5-large', parameters: { inputType: 'passage' } }
      const run = await EmbedRun.open({ redis: redis.url, run: 'passages', ...options })
      onTestFinished(() => run.close())
      return run
    }
    const run = await open()
    await run.produce(records(50), small)
    const steps = new EventEmitter()
    const begun = once(steps, 'begun')
    const released = once(steps, 'release')
    const parts: Part[] = []
    const sink = async (part: Part) => {
      parts.push(part)
      steps.emit('begun')
      await released
    }
    const work = () => runWorker({ ...worker, sink })
    const working = work()
    await begun
    await run.remove()
    return { redis, open, work, working, parts, release: () => steps.emit('release') }
  }

  it('stays removed even if a worker still has one of its jobs', async () => {
    const { redis, working, release } = await removedInTheMiddle()
    release()
    await expect(working).rejects.toThrow('was removed')
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    expect(await client.keys('*:run:*')).toEqual([])
  })

  it('is not mistaken for a removed run of the same name', async () => {
    const { open, work, working, parts, release } = await removedInTheMiddle()
    const run = await open()
    // The first one ends where it has looked in between.
    const workers = Promise.allSettled([working, work()])
    const embedding = run.embed(
      records(50, (i) => `Another ${i}`),
      small,
    )
    release()
    expect(await embedding).toMatchObject({ records: 50, failedJobs: [] })
    await workers
    expect(parts).toHaveLength(2)
  })

  it('warns of a Redis without an append-only file', async () => {
    const redis = await RedisServer.start('--appendonly', 'no')
    onTestFinished(() => redis[Symbol.asyncDispose]())
    const warnings: Error[] = []
    const listen = (warning: Error) => void warnings.push(warning)
    process.on('warning', listen)
    onTestFinished(() => void process.off('warning', listen))
    const run = await EmbedRun.open({ redis: redis.url, run: 'any', model: 'multilingual-e5-large' })
    await run.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings.map(({ name }) => name)).toContain('RedisPersistenceWarning')
  })

  it('does not begin without Redis; the error contains no password', async () => {
    const opening = EmbedRun.open({ redis: 'redis://me:secret@127.0.0.1:1', run: 'any', model: 'any' })
    const error = await opening.catch((error: unknown) => error)
    expect(error).toBeInstanceOf(RedisUnavailableError)
    expect(String(error)).toContain('127.0.0.1:1')
    expect(JSON.stringify(error) + String(error)).not.toContain('secret')
  })
})
