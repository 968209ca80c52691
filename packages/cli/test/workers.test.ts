import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hasRedisServer, RedisServer } from '../../bullmq/test/redis-server.js'
import { folderOf, run, runProcess, start } from './run-command.js'
import { service } from './service.js'

const MODEL = ['--model', 'llama-text-embed-v2', '--dimension', '384']
const lines = (count: number, text = (i: number) => `passage ${i}`) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify({ id: `id-${i}`, text: text(i) })}\n`).join('')

async function redisServer() {
  const redis = await RedisServer.start()
  onTestFinished(() => redis[Symbol.asyncDispose]())
  return redis.url
}

async function idsIn(folder: string): Promise<string[]> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
    parts: { file: string }[]
  }
  const ids: string[] = []
  for (const { file } of manifest.parts) {
    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(join(folder, file)),
      columns: ['id'],
    })
    ids.push(...rows.map(({ id }) => id))
  }
  return ids
}

describe.runIf(hasRedisServer())('pinecone-inference embed --redis', () => {
  it('has workers do it, wherever they were started; each record comes once', async () => {
    const { env } = await service()
    const redis = await redisServer()
    const folder = await folderOf({ 'in.jsonl': lines(3_000) })
    const elsewhere = await folderOf()
    const workers = [
      start(elsewhere, ['worker'], { ...env, REDIS_URL: redis }),
      start(elsewhere, ['worker', '--redis', redis], env),
    ]
    const args = ['embed', 'in.jsonl', '-o', 'out/', ...MODEL, '--redis', redis]
    const { code, stderr } = await run(folder, args, env)
    expect(stderr).toContain('Workers join with: pinecone-inference worker --redis … --run embed\n')
    expect(stderr).toMatch(
      /Embedded 3,000 records into out\/__default__ in \d+ s: [\d,]+ tokens of llama-text-embed-v2/,
    )
    expect(code).toBe(0)
    const ended = await Promise.all(workers.map(({ ended }) => ended))
    expect(ended.map(({ code }) => code)).toEqual([0, 0])
    expect(ended.map(({ stderr }) => stderr).join('')).toMatch(/Embedded [\d,]+ records in \d jobs?/)
    const parts = join(folder, 'out/__default__')
    expect(await idsIn(parts)).toEqual(Array.from({ length: 3_000 }, (_, i) => `id-${i}`))
    expect(await readdir(elsewhere)).toEqual([])

    // It was finished: nothing is left to do, so no worker is needed.
    expect((await run(folder, args, env)).code).toBe(0)
  })

  it('ends with 2 where inputs failed, and names the file that says why', async () => {
    const { env } = await service()
    const redis = await redisServer()
    const folder = await folderOf({ 'in.jsonl': lines(10, (i) => (i === 3 ? '' : `passage ${i}`)) })
    start(folder, ['worker', '--redis', redis, '--run', 'failing'], env)
    const args = ['embed', 'in.jsonl', '-o', 'out/', ...MODEL, '--redis', redis, '--run', 'failing']
    const { code, stderr } = await run(folder, args, env)
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('1 failed; the reasons are in out/__default__/failures.jsonl'),
    ])
    expect(await readFile(join(folder, 'out/__default__/failures.jsonl'), 'utf8')).toBe(
      '{"id":"id-3","error":"has no text"}\n',
    )
  })

  it('is not finished where nothing was embedded: ends with 1, and says why', async () => {
    const { env } = await service()
    const redis = await redisServer()
    const long = 'harbour '.repeat(2_000)
    const folder = await folderOf({ 'in.jsonl': lines(12, (i) => (i === 5 ? '' : long)) })
    start(folder, ['worker', '--redis', redis], env)
    const refusing = ['--model', 'multilingual-e5-large', '--truncate', 'NONE', '--redis', redis]
    const { code, stderr } = await run(folder, ['embed', 'in.jsonl', '-o', 'out/', ...refusing], env)
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: none of 12 records could be embedded; the first error: /m),
    ])
    expect(stderr).not.toContain('Embedded')
  })

  it('needs no key with --offline, where offline workers do it and no others', async () => {
    const { env, emulator } = await service()
    const redis = await redisServer()
    const folder = await folderOf({ 'in.jsonl': lines(100) })
    const online = start(folder, ['worker', '--redis', redis], env)
    const offline = start(folder, ['worker', '--redis', redis, '--offline'])
    const { code } = await run(folder, [
      'embed',
      'in.jsonl',
      '-o',
      'out/',
      ...MODEL,
      '--redis',
      redis,
      '--offline',
    ])
    expect(code).toBe(0)
    expect(await idsIn(join(folder, 'out/__default__'))).toHaveLength(100)
    expect((await offline.ended).stderr).toContain('Embedded 100 records in 1 job:')
    online.child.kill('SIGTERM')
    expect((await online.ended).code).toBe(143)
    expect(emulator.requests).toHaveLength(0)
  })

  it('a worker whose key is refused ends with 1', async () => {
    const { env } = await service({ apiKey: 'right' })
    const redis = await redisServer()
    const folder = await folderOf({ 'in.jsonl': lines(10) })
    const embedding = start(folder, ['embed', 'in.jsonl', '-o', 'out/', ...MODEL, '--redis', redis], env)
    const { code, stderr } = await run(folder, ['worker', '--redis', redis], {
      ...env,
      PINECONE_API_KEY: 'wrong',
    })
    expect([code, stderr]).toEqual([1, expect.stringContaining('401')])
    start(folder, ['worker', '--redis', redis], { ...env, PINECONE_API_KEY: 'right' })
    expect((await embedding.ended).code).toBe(0)
  })

  it('SIGTERM stops a worker that waits', async () => {
    const { env } = await service()
    const { child, ended } = start(await folderOf(), ['worker', '--redis', await redisServer()], env)
    child.stderr.once('data', () => child.kill('SIGTERM'))
    expect((await ended).code).toBe(143)
  })
})

describe('pinecone-inference embed --redis refuses, before anything is begun,', () => {
  it.each([
    [['-o', 'out.parquet', '--redis', 'redis://127.0.0.1:1'], 'give a folder as --output'],
    [
      ['-o', 'out/', '--redis', 'redis://127.0.0.1:1', '--sparse-model', 'pinecone-sparse-english-v0'],
      '--sparse-model cannot be used with --redis',
    ],
    [['-o', 'out/', '--redis', 'localhost'], 'redis://host:6379'],
    [['-o', 'out/', '--redis', 'redis://127.0.0.1:1', '--run', 'a:b'], 'without colons'],
  ])('%j', async (args, reason) => {
    const folder = await folderOf({ 'in.jsonl': lines(1) })
    const { code, stderr } = await run(folder, ['embed', 'in.jsonl', ...MODEL, ...args])
    expect([code, stderr]).toEqual([1, expect.stringContaining(reason)])
  })
})

it('a Redis that is not there ends embed and worker with 3', { timeout: 60_000 }, async () => {
  const folder = await folderOf({ 'in.jsonl': lines(1) })
  const redis = ['--redis', 'redis://me:secret@127.0.0.1:1']
  const ended = await Promise.all([
    runProcess(folder, ['embed', 'in.jsonl', '-o', 'out/', ...MODEL, ...redis]),
    runProcess(folder, ['worker', ...redis], { PINECONE_API_KEY: 'local' }),
  ])
  for (const { code, stderr } of ended) {
    expect([code, stderr]).toEqual([3, expect.stringContaining('No Redis answers at 127.0.0.1:1')])
    expect(stderr).not.toContain('secret')
  }
})

describe('pinecone-inference worker', () => {
  it('without a key ends at once with 1 and says so, before it waits for a run', async () => {
    const { code, stderr } = await run(await folderOf(), ['worker', '--redis', 'redis://127.0.0.1:1'])
    const reason =
      'PINECONE_API_KEY is not set; create a key at https://app.pinecone.io, or use --offline, which needs none'
    expect([code, stderr]).toEqual([1, `error: ${reason}\n`])
  })
})
