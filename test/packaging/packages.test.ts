import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { startEmulator } from '@pinecone-inference/emulator'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { compile } from './compile.js'
import { folders, installInEmptyProject, type PackedPackage, type Project, packed, run } from './packed.js'
import sizeBudget from './size-budget.json' with { type: 'json' }

let project: Project

beforeAll(async () => {
  project = await installInEmptyProject(packed(folders))
}, 240_000)

afterAll(() => project?.[Symbol.asyncDispose]())

function packageOf(folder: string): PackedPackage {
  const [found] = packed([folder])
  if (!found) throw new Error(`packages/${folder} was not packed`)
  return found
}

async function node(
  kind: 'module' | 'commonjs',
  code: string,
  env: Record<string, string> = {},
): Promise<unknown> {
  const { stdout } = await run(process.execPath, [`--input-type=${kind}`, '--eval', code], {
    cwd: project.folder,
    env: { ...process.env, ...env },
  })
  return JSON.parse(stdout)
}

describe.each(folders)('the packed package %s', (folder) => {
  const installed = () => join(project.folder, 'node_modules', packageOf(folder).manifest.name)

  it('exports the same from an ES module and from CommonJS', async () => {
    const { name } = packageOf(folder).manifest
    const list = `Promise.all([import('${name}'), require('${name}')])
      .then((both) => console.log(JSON.stringify(both.map((one) => Object.keys(one).sort()))))`
    const [imported, required] = (await node('commonjs', list)) as string[][]
    expect(imported).not.toEqual([])
    expect(required).toEqual(imported)
  })

  it('has the right types for every way to resolve it (are the types wrong?)', async () => {
    const tarball = await readFile(packageOf(folder).tarball)
    const result = await checkPackage(createPackageFromTarballData(tarball))
    expect(result.types && result.problems).toEqual([])
  })

  it('has a package.json without loose ends (publint)', async () => {
    const { messages } = await publint({
      strict: true,
      pack: { tarball: toArrayBuffer(await readFile(packageOf(folder).tarball)) },
    })
    const manifest = JSON.parse(await readFile(join(installed(), 'package.json'), 'utf8'))
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([])
  })

  it('holds its build with source maps, its licence and changelog, nothing of its source or tests', async () => {
    const files = await readdir(installed(), { recursive: true })
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'CHANGELOG.md',
        'README.md',
        'dist/index.js',
        'dist/index.js.map',
        'dist/index.cjs',
        'dist/index.cjs.map',
        'dist/index.d.ts',
        'dist/index.d.cts',
      ]),
    )
    expect(files.filter((file) => /^(src|test)\b|\.test\./.test(file))).toEqual([])
    expect(await readFile(join(installed(), 'package.json'), 'utf8')).not.toMatch(/workspace:|catalog:/)
  })

  it('has source maps that hold the sources', async () => {
    const maps = (await readdir(join(installed(), 'dist'))).filter((file) => /\.c?js\.map$/.test(file))
    for (const extension of ['js', 'cjs']) {
      const all = await Promise.all(
        maps
          .filter((file) => file.endsWith(`.${extension}.map`))
          .map(async (file) => JSON.parse(await readFile(join(installed(), 'dist', file), 'utf8'))),
      )
      // An entry that only exports what a chunk holds has no sources of its own.
      expect(all.flatMap(({ sources }) => sources)).not.toEqual([])
      for (const { sources, sourcesContent = [] } of all) {
        expect(sourcesContent).toHaveLength(sources.length)
        expect(sourcesContent).not.toContain(null)
      }
    }
  })

  it('stays within its size budget', async () => {
    const budget = (sizeBudget as Record<string, { packed: number; unpacked: number }>)[folder]
    if (!budget) throw new Error(`packages/${folder} has no line in test/packaging/size-budget.json`)
    const size = {
      packed: (await stat(packageOf(folder).tarball)).size,
      unpacked: await bytesIn(installed()),
    }
    expect(size.packed).toBeLessThanOrEqual(budget.packed)
    expect(size.unpacked).toBeLessThanOrEqual(budget.unpacked)
  })
})

it('one copy of each framework is installed', async () => {
  const copies = (await readdir(join(project.folder, 'node_modules'), { recursive: true })).filter((path) =>
    /node_modules\/(@langchain\/core|@llamaindex\/core)\/package\.json$/.test(`node_modules/${path}`),
  )
  expect(copies.sort()).toEqual(['@langchain/core/package.json', '@llamaindex/core/package.json'])
})

it('the client and its entry for adapters share one copy of each class, in both module systems', async () => {
  const use = `
    const refusals = [() => new root.PineconeInference({ baseURL: 'x' }), () => new adapters.RerankCalls({ topN: 0 })]
    const own = refusals.map((refusal) => { try { refusal() } catch (error) { return error instanceof root.PineconeConfigurationError } })
    console.log(JSON.stringify([...own, adapters.clientFrom({ apiKey: 'k' }).client instanceof root.PineconeInference]))`
  const client = '@pinecone-inference/client'
  const esm = `import * as root from '${client}'; import * as adapters from '${client}/adapters'`
  const cjs = `const root = require('${client}'); const adapters = require('${client}/adapters')`
  expect(await node('module', esm + use)).toEqual([true, true, true])
  expect(await node('commonjs', cjs + use)).toEqual([true, true, true])
})

it('the packed adapters are built on the frameworks and work against the packed client, in both module systems', async () => {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const imports: [string, string][] = [
    ['{ PineconeEmbeddings, PineconeRerank }', '@pinecone-inference/langchain'],
    ['{ PineconeEmbedding }', '@pinecone-inference/llamaindex'],
    ['{ Embeddings }', '@langchain/core/embeddings'],
    ['{ BaseDocumentCompressor }', '@langchain/core/retrievers/document_compressors'],
    ['{ BaseEmbedding }', '@llamaindex/core/embeddings'],
  ]
  const use = `
    const embeddings = new PineconeEmbeddings()
    const embedding = new PineconeEmbedding()
    const reranker = new PineconeRerank()
    const isBuiltOn = [
      embeddings instanceof Embeddings,
      reranker instanceof BaseDocumentCompressor,
      embedding instanceof BaseEmbedding,
    ]
    const counts = [
      (await embeddings.embedDocuments(['a', 'b'])).length,
      (await embedding.getTextEmbeddingsBatch(['a', 'b', 'c'])).length,
      (await reranker.rerank(['a', 'b'], 'q')).length,
    ]
    console.log(JSON.stringify({ isBuiltOn, counts }))`
  const esm = imports.map(([names, from]) => `import ${names} from '${from}'`).join('\n')
  const cjs = imports.map(([names, from]) => `const ${names} = require('${from}')`).join('\n')
  const env = { PINECONE_API_KEY: 'offline', PINECONE_INFERENCE_URL: emulator.url }
  const printed = { isBuiltOn: [true, true, true], counts: [2, 3, 2] }
  expect(await node('module', esm + use, env)).toEqual(printed)
  expect(await node('commonjs', `${cjs}; void (async () => {${use}})()`, env)).toEqual(printed)
})

it('the client’s types hold in TypeScript 5 too', async () => {
  const program = join(project.folder, 'main.mts')
  await writeFile(
    program,
    `import { PineconeInference } from '@pinecone-inference/client'\nnew PineconeInference()`,
  )
  await compile(program, '--exactOptionalPropertyTypes --noEmit', 'typescript')
})

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
