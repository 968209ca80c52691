import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmulator } from '@pinecone-inference/emulator'
import { expect, it, onTestFinished } from 'vitest'
import { readDocuments } from '../documentation/documents.js'
import { run } from './packed.js'

const rootDir = fileURLToPath(new URL('jest', import.meta.url))
const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url))
const config = { rootDir, transform: {}, testMatch: ['**/*.spec.mjs'], injectGlobals: true }

it('in Jest, with native ES modules: LangChain’s adapters, fake timers, jsdom, the test of the guide', async () => {
  const documented = readDocuments()
    .flatMap(({ blocks }) => blocks)
    .find(({ code }) => code.startsWith('// search.spec.mjs'))
  const spec = join(rootDir, 'search.spec.mjs')
  await writeFile(spec, documented?.code ?? '')
  onTestFinished(() => rm(spec))
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const args = ['--experimental-vm-modules', jest, '--config', JSON.stringify(config)]
  const { stderr } = await run(process.execPath, args, {
    cwd: rootDir,
    env: {
      ...process.env,
      PINECONE_API_KEY: 'offline',
      PINECONE_INFERENCE_URL: emulator.url,
    },
  })
  expect(stderr).toContain('Test Suites: 4 passed, 4 total')
}, 60_000)
