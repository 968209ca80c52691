import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../dist/index.js'
import { folderOf, run } from './run-command.js'

const { version } = createRequire(import.meta.url)('../package.json')

describe('pinecone-inference', () => {
  it('prints its version', async () => {
    expect((await run(await folderOf(), ['--version'])).stdout).toBe(`${version}\n`)
  })

  it('suggests the command that was meant', async () => {
    const { code, stderr } = await run(await folderOf(), ['rernk'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('Did you mean rerank?')])
  })

  it('says what it reads from the environment and what its exit codes mean', async () => {
    const { code, stdout } = await run(await folderOf(), ['--help'])
    expect(code).toBe(0)
    for (const part of ['PINECONE_API_KEY', 'PINECONE_INFERENCE_URL', 'Exit codes:', '130']) {
      expect(stdout).toContain(part)
    }
    expect(stdout).not.toContain('__complete')
  })

  it.each(
    createProgram()
      .commands.map((command) => command.name())
      .filter((name) => !name.startsWith('__')),
  )('%s --help shows examples, and what its environment variables stand for', async (name) => {
    const { code, stdout } = await run(await folderOf(), [name, '--help'])
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Examples:\n {2}\$ .*pinecone-inference/)])
    // each variable that stands for an option stands for one of this command
    if (stdout.includes('the same as --allow-insecure')) expect(stdout).toMatch(/^ {2}--allow-insecure /m)
    expect(stdout).not.toContain('\n\n\n')
  })
})
