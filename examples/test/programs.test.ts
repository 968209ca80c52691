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
  '%s finds the right file, answers with a source, and reranks better than it found',
  async (name) => {
    const { stdout } = await program(name, 'How do I limit the number of connections per origin?')
    expect(stdout).toContain('lexical stand-ins')
    expect(stdout).toMatch(/embedding \d{3,}\/\d{3,}/)
    expect(stdout).toMatch(/^ +[1-5] +0\.\d{3} +\d+ +0\.\d{3} +docs\/api\/Pool\.md/m)
    expect(stdout).toMatch(/→ .+ \(docs\/.+\.md\)/)
    const before = figures(stdout, 'vector search')
    const after = figures(stdout, 'reranked')
    expect(before).toHaveLength(3)
    expect(after[2]).toBeGreaterThan(before[2] ?? Number.NaN)
  },
)

it('a program that fails says why and exits with a code of its own', async () => {
  const failure = run('npx', ['tsx', 'langchain-rag/main.ts'], {
    cwd: home,
    env: { ...process.env, PINECONE_API_KEY: 'wrong', PINECONE_INFERENCE_URL: 'http://127.0.0.1:1' },
  })
  await expect(failure).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ECONNREFUSED'),
  })
})
