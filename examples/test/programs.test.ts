import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createPinecone } from '@pinecone-inference/ai-sdk'
import { startEmulator } from '@pinecone-inference/emulator'
import { beforeEach, expect, it, vi } from 'vitest'
import { scorerOf } from '../mastra-rag/scorer.js'

vi.setConfig({ testTimeout: 120_000 })

const run = promisify(execFile)
const home = fileURLToPath(new URL('..', import.meta.url))
const question = 'How do I limit the number of connections per origin?'

beforeEach(() => {
  for (const name of ['PINECONE_API_KEY', 'PINECONE_INFERENCE_URL', 'OPENAI_API_KEY']) {
    vi.stubEnv(name, undefined)
  }
})

it('the README lists every program', () => {
  const programs = readdirSync(home).filter((name) => existsSync(`${home}/${name}/main.ts`))
  const readme = readFileSync(`${home}/README.md`, 'utf8')
  expect(programs.length).toBeGreaterThan(0)
  for (const name of programs) expect(readme).toContain(`| \`${name}/\``)
})

/** What a program prints. It runs in this process, where the frameworks are loaded already. */
async function program(name: string, ...args: string[]): Promise<string> {
  let stdout = ''
  const { argv } = process
  vi.spyOn(console, 'log').mockImplementation((line = '') => {
    stdout += `${line}\n`
  })
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text
    return true
  })
  vi.resetModules()
  process.argv = [process.execPath, `${name}/main.ts`, ...args]
  try {
    await import(`../${name}/main.ts`)
  } finally {
    process.argv = argv
    vi.restoreAllMocks()
  }
  return stdout
}

function figures(output: string, line: string): number[] {
  const match = new RegExp(`^${line} +([\\d.]+) +([\\d.]+) +([\\d.]+)$`, 'm').exec(output)
  return (match ?? []).slice(1).map(Number)
}

it.each(['langchain-rag', 'llamaindex-rag'])(
  '%s shows the passages as they are reranked, with the text and the source of the best',
  async (name) => {
    const stdout = await program(name, question)
    expect(stdout).toContain('lexical stand-ins')
    expect(stdout).toMatch(/embedding \d{3,}\/\d{3,}/)
    expect(stdout).toMatch(/^ +1 +\d+ +0\.\d{3} +docs\/api\/.+\.md, .+\n/m)
    expect(stdout).toMatch(/^ +[1-5] +\d+ +0\.\d{3} +docs\/api\/Pool\.md, /m)
    expect(stdout).toMatch(/^ {2}│ \S/m)
    expect(stdout).not.toContain('hit@1')
  },
)

it.each(['langchain-rag', 'llamaindex-rag'])('%s measures retrieval with a service', async (name) => {
  await using emulator = await startEmulator()
  vi.stubEnv('PINECONE_API_KEY', 'any')
  vi.stubEnv('PINECONE_INFERENCE_URL', emulator.url)
  const stdout = await program(name, question)
  for (const line of ['vector search', 'reranked']) {
    const [hitAt1 = 0, hitAt5 = 0, meanReciprocalRank = 0] = figures(stdout, line)
    expect(hitAt1).toBeGreaterThanOrEqual(0.6)
    expect(hitAt5).toBeGreaterThanOrEqual(0.8)
    expect(meanReciprocalRank).toBeGreaterThanOrEqual(0.7)
  }
})

it('ai-sdk-rag answers from what it found and reranked, and measures both', async () => {
  const stdout = await program('ai-sdk-rag', 'How do I limit the number of connections per origin?')
  expect(stdout).toMatch(/^\d{3,} passages embedded, \d{5,} tokens$/m)
  expect(stdout).toMatch(/→ “.+” \(docs\/.+\.md, .+\)$/m)
  for (const line of ['vector search', 'reranked']) {
    const [hitAt1 = 0, hitAt5 = 0] = figures(stdout, line)
    expect(hitAt1).toBeGreaterThanOrEqual(0.6)
    expect(hitAt5).toBeGreaterThanOrEqual(0.8)
  }
})

it.skipIf(!existsSync(`${home}/mastra-rag/node_modules`))(
  'mastra-rag stores, finds and reranks (once `npx -y pnpm@12 example:mastra` has installed Mastra)',
  async () => {
    const stdout = await program('mastra-rag', question)
    expect(stdout).toMatch(/^\d{3,} passages embedded and stored$/m)
    expect(stdout).toMatch(/^ +1 +\d+ +0\.\d{3} +docs\/api\/.+\.md, .+\n/m)
  },
)

it('the scorer for Mastra sends in one request what is asked for at the same time', async () => {
  await using emulator = await startEmulator()
  await using pinecone = createPinecone({ apiKey: 'offline', baseUrl: emulator.url })
  const scorer = scorerOf(pinecone.reranking('bge-reranker-v2-m3'))
  const ask = (query: string) =>
    Promise.all(['soup', 'open sockets'].map((text) => scorer.getRelevanceScore(query, text)))
  const [[soup = 1, sockets = 0], others] = await Promise.all([ask('sockets'), ask('soup')])
  expect(sockets).toBeGreaterThan(soup)
  expect(others[0]).toBeGreaterThan(others[1] ?? 1)
  expect(await ask('sockets')).toEqual([soup, sockets])
  expect(emulator.requests).toHaveLength(3)
})

it.each(['langchain-rag', 'llamaindex-rag'])(
  '%s says in one line why it failed, and exits with 1',
  async (name) => {
    const failure = run(process.execPath, ['--import', 'tsx', `${name}/main.ts`], {
      cwd: home,
      env: { ...process.env, PINECONE_API_KEY: 'wrong', PINECONE_INFERENCE_URL: 'http://127.0.0.1:1' },
    })
    await expect(failure).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^PineconeConnectionError: .*ECONNREFUSED.*\n$/m),
    })
    await expect(failure).rejects.toMatchObject({ stderr: expect.not.stringMatching(/^ +at /m) })
  },
)

it('langchain-hybrid measures dense, sparse, fused and reranked searches next to each other', async () => {
  const stdout = await program('langchain-hybrid', question)
  for (const line of ['dense', 'sparse', 'hybrid', 'hybrid, reranked']) {
    expect(stdout).toMatch(new RegExp(`^  ${line} +(docs/.+\\.md, ){2}docs/.+\\.md$`, 'm'))
    const [, hitAt5 = 0] = figures(stdout, line)
    expect(hitAt5).toBeGreaterThanOrEqual(0.8)
  }
})

it('langchain-streaming answers in pieces and shows the reranking in the trace, with its scores', async () => {
  const stdout = await program('langchain-streaming', question)
  const [, pieces] = /^“.+” \((\d+) pieces\)$/m.exec(stdout) ?? []
  expect(Number(pieces)).toBeGreaterThan(3)
  expect(stdout).toMatch(
    /ContextualCompressionRetriever: .+\n +VectorStoreRetriever: 20 documents\n +PineconeRerank: 20 → 3 documents, scores( 0\.\d{3}){3}$/m,
  )
})

it('langchain-pinecone-store embeds, upserts, finds, reranks and deletes through an index', async () => {
  const stdout = await program('langchain-pinecone-store', question)
  const [, upserted = ''] = /^(\d{3,}) passages embedded and upserted$/m.exec(stdout) ?? []
  expect(stdout).toMatch(/^ {2}0\.\d{3} {2}#\d+ {2}docs\/api\/Pool\.md, /m)
  expect(stdout).toContain(`${upserted} passages deleted`)
})

it('langgraph-rag answers from what it reranked, and declines where nothing is left', async () => {
  const stdout = await program('langgraph-rag', question)
  expect(stdout).toMatch(
    /^ {2}retrieve {2}20 passages\n {2}rerank {4}3 passages( {2}0\.\d{3}){3}\n {2}generate {2}“.+”$/m,
  )
  expect(stdout).toMatch(/sourdough.+\n\n.+\n {2}rerank {4}0 passages\n {2}decline {3}The docs have nothing/)
})

it('llamaindex-chat streams answers with their sources, and remembers', async () => {
  const stdout = await program('llamaindex-chat', question, 'And how long does an idle socket stay open?')
  expect(stdout.match(/^it: {2}“.+”\n {5}\(docs\/.+\.md 0\.\d{3}, .+\)$/gm)).toHaveLength(2)
  expect(stdout).toContain('4 messages in the history')
})

it('llamaindex-chat quotes the passages, not the prompt around them', async () => {
  const stdout = await program('llamaindex-chat', 'How do I mock a request?')
  expect(stdout).toMatch(/^it: {2}(“.+”|The passages hold no sentence about that\.)$/m)
  expect(stdout).not.toContain('Context information')
})

it('llamaindex-ingestion embeds what is new or changed, and keeps no stale passages', async () => {
  const stdout = await program('llamaindex-ingestion')
  const runs = [...stdout.matchAll(/: (\d+) passages embedded, (\d+) tokens, (\d+) passages in the store$/gm)]
  const [first = [], same = [], changed = []] = runs.map((match) => match.slice(1).map(Number))
  const [all = 0, tokens = 0] = first
  expect(all).toBeGreaterThan(100)
  expect(first[2]).toBe(all)
  expect(same).toEqual([0, 0, all])
  expect(changed[0]).toBeGreaterThan(0)
  expect(changed[0]).toBeLessThan(all / 10)
  expect(changed[1]).toBeLessThan(tokens / 10)
  expect(changed[2]).toBe(all)
})

it('llamaindex-router sends each question to the engine whose description fits', async () => {
  const guide = 'How do I write a test that mocks a request?'
  const stdout = await program('llamaindex-router', question, guide)
  expect(stdout).toMatch(/per origin\?\n\n {2}→ .+ API reference\. 0\.\d{3}\n {2}0\.\d{3} {2}docs\/api\//)
  expect(stdout).toMatch(
    /mocks a request\?\n\n {2}→ .+ best practices\. 0\.\d{3}\n {2}0\.\d{3} {2}docs\/best-practices\//,
  )
})

it('bulk-job survives a kill and a stormy service, and compares itself with the SDK in a loop', async () => {
  const stdout = await program('bulk-job')
  const [, total = ''] = /^A bulk job: ([\d,]+) passages/.exec(stdout) ?? []
  expect(stdout).toMatch(new RegExp(`^ {2}in the output +${total} of ${total}`, 'm'))
  expect(stdout).toMatch(/^ {2}missing +0 /m)
})
