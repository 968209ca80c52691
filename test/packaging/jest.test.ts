import { fileURLToPath } from 'node:url'
import { startEmulator } from '@pinecone-inference/emulator'
import { expect, it, onTestFinished } from 'vitest'
import { run } from './packed.js'

const rootDir = fileURLToPath(new URL('jest', import.meta.url))
const config = { rootDir, transform: {}, testMatch: ['**/*.spec.mjs'], injectGlobals: true }

it('in Jest, with native ES modules: LangChain’s adapters, fake timers, jsdom', async () => {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const packages = ['jest@30.5.2', 'jest-environment-jsdom@30.5.2'].flatMap((name) => ['-p', name])
  const { stderr } = await run('npx', ['-y', ...packages, 'jest', '--config', JSON.stringify(config)], {
    cwd: rootDir,
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules',
      PINECONE_API_KEY: 'offline',
      PINECONE_INFERENCE_URL: emulator.url,
    },
  })
  expect(stderr).toContain('Test Suites: 3 passed, 3 total')
}, 240_000)
