import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const home = fileURLToPath(new URL('..', import.meta.url))

/** Starts a program as a user does, without a key. */
function program(name: string, ...args: string[]) {
  const { PINECONE_API_KEY, PINECONE_INFERENCE_URL, OPENAI_API_KEY, ...env } = process.env
  return run('npx', ['tsx', `${name}/main.ts`, ...args], { cwd: home, env })
}

function figures(output: string, line: string): number[] {
  const match = new RegExp(`^${line} +([\\d.]+) +([\\d.]+) +([\\d.]+)$`, 'm').exec(output)
  return (match ?? []).slice(1).map(Number)
}

it.each(['langchain-rag', 'llamaindex-rag'])(
  '%s shows what it found and reranked, answers with a source, and measures both',
  async (name) => {
    const { stdout } = await program(name, 'How do I limit the number of connections per origin?')
    expect(stdout).toContain('lexical stand-ins')
    expect(stdout).toMatch(/embedding \d{3,}\/\d{3,}/)
    expect(stdout).toMatch(/^ +1 +0\.\d{3} +docs\/api\/.+\.md, .+: /m)
    expect(stdout).toMatch(/^ +[1-5] +0\.\d{3} +\d+ +0\.\d{3} +docs\/api\/Pool\.md, /m)
    expect(stdout).toMatch(/→ .+[.!?] \(docs\/.+\.md\)/)
    for (const line of ['vector search', 'reranked']) {
      const [hitAt1 = 0, hitAt5 = 0, meanReciprocalRank = 0] = figures(stdout, line)
      expect(hitAt1).toBeGreaterThanOrEqual(0.6)
      expect(hitAt5).toBeGreaterThanOrEqual(0.8)
      expect(meanReciprocalRank).toBeGreaterThanOrEqual(0.7)
    }
  },
)

it.each(['langchain-rag', 'llamaindex-rag'])(
  '%s says in one line why it failed, and exits with 1',
  async (name) => {
    const failure = run('npx', ['tsx', `${name}/main.ts`], {
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
