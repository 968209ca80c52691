import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmulator } from '@pinecone-inference/emulator'
import { expect, it, onTestFinished } from 'vitest'
import { packed, run } from './packed.js'

const yarn = fileURLToPath(new URL('../node_modules/@yarnpkg/cli-dist/bin/yarn.js', import.meta.url))

const program = `
  import { readFile } from 'node:fs/promises'
  import { PineconeInference } from '@pinecone-inference/client'
  import { readRecords, writeRecords } from '@pinecone-inference/files'

  const pinecone = new PineconeInference()
  const { data } = await pinecone.embedAll({
    model: 'llama-text-embed-v2',
    inputs: ['Soup is hot.', 'Pools keep sockets open.'],
    parameters: { inputType: 'passage', dimension: 384 },
  })
  await pinecone.close()
  const records = data.map(({ values }, i) => ({ id: String(i), values }))
  await writeRecords('vectors.parquet', records, { vectors: { dense: true, sparse: false } })
  const ids = []
  for await (const { id } of readRecords('vectors.parquet', { textField: 'id' })) ids.push(id)
  console.log(JSON.stringify({ pnp: Boolean(process.versions.pnp), ids }))`

it('with Yarn’s Plug’n’Play, which puts a file system of its own in place of Node’s', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yarn-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const dependencies = Object.fromEntries(
    packed(['client', 'files']).map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]),
  )
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'user', type: 'module', dependencies }),
  )
  await writeFile(join(folder, 'main.js'), program)
  const inFolder = {
    cwd: folder,
    env: {
      ...process.env,
      PINECONE_API_KEY: 'offline',
      PINECONE_INFERENCE_URL: emulator.url,
      YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
      YARN_ENABLE_TELEMETRY: 'false',
      YARN_GLOBAL_FOLDER: join(folder, '.yarn'),
      YARN_NODE_LINKER: 'pnp',
      // npm's settings, which Yarn does not read
      YARN_NPM_REGISTRY_SERVER: (await run('npm', ['config', 'get', 'registry'])).stdout
        .trim()
        .replace(/\/$/, ''),
    },
  }
  // A lockfile makes the folder a project of its own.
  await writeFile(join(folder, 'yarn.lock'), '')
  await run(process.execPath, [yarn, 'install'], inFolder)
  const { stdout } = await run(process.execPath, [yarn, 'node', 'main.js'], inFolder)
  expect(JSON.parse(stdout)).toEqual({ pnp: true, ids: ['0', '1'] })
}, 120_000)
