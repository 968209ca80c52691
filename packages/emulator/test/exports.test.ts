import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const cwd = fileURLToPath(new URL('..', import.meta.url))
const start = 'startEmulator().then((e) => fetch(e.url).then((r) => (console.log(r.status), e.close())))'

it.each([
  [
    'import',
    ['--input-type=module', '-e', `import { startEmulator } from '@pinecone-inference/emulator'; ${start}`],
  ],
  [
    'require',
    [
      '--input-type=commonjs',
      '-e',
      `const { startEmulator } = require('@pinecone-inference/emulator'); ${start}`,
    ],
  ],
])('the built package works with %s, and the process ends by itself', async (_, args) => {
  const { stdout } = await run(process.execPath, args, { cwd })
  expect(stdout).toBe('200\n')
})
