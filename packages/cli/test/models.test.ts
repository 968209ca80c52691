import { parseFaultRule } from '@pinecone-inference/emulator'
import { describe, expect, it } from 'vitest'
import { folderOf, run } from './run-command.js'
import { service } from './service.js'

describe('pinecone-inference models', () => {
  it('prints a model a line, under a header', async () => {
    const { env } = await service()
    const { code, stdout, stderr } = await run(await folderOf(), ['models'], env)
    const lines = stdout.split('\n')
    expect([code, stderr]).toEqual([0, ''])
    expect(lines[0]).toMatch(/^MODEL +TYPE +VECTORS +DIMENSION +TOKENS +BATCH +ABOUT$/)
    expect(lines).toHaveLength(10)
    expect(stdout).toMatch(/^multilingual-e5-large +embed +dense +1024 +507 +96 +\S.*$/m)
  })

  it.each([
    [
      ['--type', 'rerank'],
      ['bge-reranker-v2-m3', 'cohere-rerank-4-fast', 'cohere-rerank-3.5', 'pinecone-rerank-v0'],
    ],
    [
      ['--vector-type', 'sparse'],
      ['pinecone-sparse-english-v0', 'pinecone-sparse-multilingual-v0'],
    ],
    [
      ['--type', 'embed', '--vector-type', 'dense'],
      ['llama-text-embed-v2', 'multilingual-e5-large'],
    ],
  ])('%j prints only those', async (args, names) => {
    const { env } = await service()
    const { stdout } = await run(await folderOf(), ['models', ...args, '--json'], env)
    const models = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).model)
    expect(models).toEqual(names)
  })

  it('describes one model, and says whose stand-in it is with --offline', async () => {
    const { code, stdout, stderr } = await run(await folderOf(), [
      'models',
      'llama-text-embed-v2',
      '--offline',
    ])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^llama-text-embed-v2: /)
    expect(stdout).toMatch(/^ {2}Other dimensions +384, 512, 768, 2048$/m)
    expect(stdout).toMatch(/^ {2}Parameter input_type +required; one of query, passage$/m)
    expect(stderr).toMatch(/^Offline: .*stand-ins.*\n$/)
  })

  it('--check compares the service with the table of this release', async () => {
    const { env } = await service()
    expect(await run(await folderOf(), ['models', '--check'], env)).toMatchObject({
      code: 0,
      stdout: 'The table agrees with the service on all 8 models.\n',
    })
    const { code, stderr } = await run(await folderOf(), ['models', '--check', '--json'], env)
    expect([code, stderr]).toEqual([1, expect.stringContaining('--check compares all models')])
  })

  it.each([
    [['models', 'nope'], {}, 1, "Model 'nope' not found"],
    [
      ['models'],
      { PINECONE_API_KEY: '' },
      1,
      'PINECONE_API_KEY is not set; create a key at https://app.pinecone.io, or use --offline, which needs none',
    ],
    [['models'], { PINECONE_API_KEY: 'wrong-key' }, 1, '401'],
    [['models'], { PINECONE_INFERENCE_URL: 'http://127.0.0.1:1' }, 3, 'ECONNREFUSED'],
    [['models', 'nope', '--type', 'embed'], {}, 1, 'cannot be used with the name of a model'],
  ])('%j with %j ends with %i and says why, and never the key', async (args, env, code, reason) => {
    const { env: local } = await service({ apiKey: 'local' })
    const ended = await run(await folderOf(), args, { ...local, ...env })
    expect(ended).toEqual({ code, stdout: '', stderr: expect.stringContaining(reason) })
    expect(ended.stderr).not.toContain('    at ')
    expect(ended.stderr).not.toContain('wrong-key')
  })

  it('ends with 3 when the service keeps failing', async () => {
    const { env } = await service({ faults: [parseFaultRule('status:503,retry-after=0')] })
    const { code, stderr } = await run(await folderOf(), ['models'], env)
    expect([code, stderr]).toEqual([3, expect.stringContaining('503')])
  })
})

it('a variable that looks like ours and is not read is warned of; those of Kubernetes are not', async () => {
  const { env } = await service()
  const others = {
    PINECONE_INFERENCE_ALLOW_INSECUR: '1',
    PINECONE_INFERENCE_BASE_URL: 'http://emulator:5090',
    PINECONE_INFERENCE_SERVICE_HOST: '10.0.0.11',
    PINECONE_INFERENCE_PORT_5090_TCP: 'tcp://10.0.0.11:5090',
  }
  const { code, stderr } = await run(await folderOf(), ['models'], { ...env, ...others })
  const those = 'is not read; those that are: PINECONE_INFERENCE_URL, PINECONE_INFERENCE_ALLOW_INSECURE'
  expect([code, ...stderr.trimEnd().split('\n')]).toEqual([
    0,
    `warning: PINECONE_INFERENCE_ALLOW_INSECUR ${those}`,
    `warning: PINECONE_INFERENCE_BASE_URL ${those}`,
  ])
})
