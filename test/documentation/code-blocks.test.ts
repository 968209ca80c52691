import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { startEmulator } from '@pinecone-inference/emulator'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { compile, type Module } from './compile.js'
import { readDocuments } from './documents.js'

const documents = readDocuments()
const { folder, modules, mistakes } = compile(documents)
afterAll(() => rm(folder, { recursive: true, force: true }))

it('the TypeScript in the documentation compiles', () => {
  expect(mistakes).toEqual([])
})

const isTest = ({ block }: Module) => block.code.includes("from 'vitest'")
const toRun = modules.filter(({ block }) => !block.compileOnly)
const documentsToRun = documents
  .map(({ path }) => ({
    path,
    programs: toRun.filter((module) => module.document.path === path && !isTest(module)),
  }))
  .filter(({ programs }) => programs.length > 0)

it.each(documentsToRun)('the programs in $path run, offline', { timeout: 60_000 }, async ({ programs }) => {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const cwd = await mkdtemp(join(tmpdir(), 'documentation-'))
  onTestFinished(() => rm(cwd, { recursive: true, force: true }))
  const urls = programs.map(({ file }) => pathToFileURL(file).href)
  const { PINECONE_API_KEY, PINECONE_INFERENCE_URL, OPENAI_API_KEY, ...env } = process.env
  await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', `for (const url of ${JSON.stringify(urls)}) await import(url)`],
    { cwd, env: { ...env, PINECONE_API_KEY: 'offline', PINECONE_INFERENCE_URL: emulator.url } },
  )
})

for (const module of toRun.filter(isTest)) {
  describe(`the tests in ${module.document.path}, line ${module.block.line},`, async () => {
    await import(module.file)
  })
}
