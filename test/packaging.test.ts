import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startEmulator } from '@pinecone-inference/emulator'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const names = ['client', 'langchain', 'llamaindex', 'emulator', 'files', 'bullmq', 'cli'] as const

/** An empty project into which the packed packages and their peers are installed, as a user would. */
let project: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'packed-'))
  const manifest = { name: 'user', private: true, dependencies: {} as Record<string, string> }
  for (const name of names) {
    await run('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', project], {
      cwd: join(root, 'packages', name),
    })
    const {
      version,
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = JSON.parse(await readFile(join(root, 'packages', name, 'package.json'), 'utf8'))
    manifest.dependencies[`@pinecone-inference/${name}`] = `file:./pinecone-inference-${name}-${version}.tgz`
    for (const [peer, range] of Object.entries<string>(peerDependencies)) {
      if (!peerDependenciesMeta[peer]?.optional) manifest.dependencies[peer] = range
    }
  }
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest))
  await run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: project })
}, 240_000)

afterAll(() => rm(project, { recursive: true, force: true }))

async function node(
  kind: 'module' | 'commonjs',
  code: string,
  env: Record<string, string> = {},
): Promise<unknown> {
  const { stdout } = await run(process.execPath, [`--input-type=${kind}`, '--eval', code], {
    cwd: project,
    env: { ...process.env, ...env },
  })
  return JSON.parse(stdout)
}

const exported = {
  client: ['PineconeInference', 'PineconeInferenceError', 'PineconeRateLimitError'],
  langchain: ['PineconeEmbeddings', 'PineconeSparseEmbeddings', 'PineconeRerank'],
  llamaindex: ['PineconeEmbedding', 'PineconeRerank'],
  emulator: ['startEmulator'],
  files: ['readRecords', 'openWriter', 'writeRecords'],
  bullmq: ['EmbedRun', 'runWorker', 'RedisBudget'],
  cli: ['createProgram'],
} satisfies Record<(typeof names)[number], string[]>

describe.each(names)('the packed @pinecone-inference/%s', (name) => {
  it('can be imported from an ES module and required from CommonJS', async () => {
    const specifier = `@pinecone-inference/${name}`
    const list = 'console.log(JSON.stringify(Object.keys(m)))'
    const imported = await node('module', `import * as m from '${specifier}'; ${list}`)
    const required = await node('commonjs', `const m = require('${specifier}'); ${list}`)
    expect(imported).toEqual(expect.arrayContaining(exported[name]))
    expect(required).toEqual(expect.arrayContaining(exported[name]))
  })

  it('holds its build, its licence and nothing of its source or tests', async () => {
    const folder = join(project, 'node_modules/@pinecone-inference', name)
    const files = await readdir(folder, { recursive: true })
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'dist/index.js',
        'dist/index.cjs',
        'dist/index.d.ts',
        'dist/index.d.cts',
      ]),
    )
    expect(files.filter((file) => /^(src|test)\b|\.test\./.test(file))).toEqual([])
    expect(await readFile(join(folder, 'package.json'), 'utf8')).not.toContain('workspace:')
  })
})

it('the packed adapters work against the packed client, in both module systems', async () => {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const env = { PINECONE_API_KEY: 'offline', PINECONE_INFERENCE_URL: emulator.url }
  const use = `
    const lengths = []
    lengths.push((await new langchain.PineconeEmbeddings().embedDocuments(['a', 'b'])).length)
    lengths.push((await new llamaindex.PineconeEmbedding().getTextEmbeddingsBatch(['a', 'b', 'c'])).length)
    lengths.push((await new langchain.PineconeRerank().rerank(['a', 'b'], 'q')).length)
    console.log(JSON.stringify(lengths))`
  expect(
    await node(
      'module',
      `import * as langchain from '@pinecone-inference/langchain'
       import * as llamaindex from '@pinecone-inference/llamaindex'
       ${use}`,
      env,
    ),
  ).toEqual([2, 3, 2])
  expect(
    await node(
      'commonjs',
      `const langchain = require('@pinecone-inference/langchain')
       const llamaindex = require('@pinecone-inference/llamaindex')
       void (async () => {${use}})()`,
      env,
    ),
  ).toEqual([2, 3, 2])
})
