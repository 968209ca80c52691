import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmulator } from '@pinecone-inference/emulator'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { installInEmptyProject, type Project, packed, root, run } from './packed.js'

let project: Project
beforeAll(async () => {
  project = await installInEmptyProject(packed(['client']))
  await copyFile(join(root, 'test/packaging/use-client.mjs'), join(project.folder, 'use-client.mjs'))
}, 120_000)
afterAll(() => project?.[Symbol.asyncDispose]())

async function useClientWith(runtime: string): Promise<unknown> {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const [program = '', ...before] = runtime.split(' ')
  const { stdout } = await run('npx', ['-y', program, ...before, 'use-client.mjs'], {
    cwd: project.folder,
    env: { ...process.env, PINECONE_API_KEY: 'offline', PINECONE_INFERENCE_URL: emulator.url },
  })
  return JSON.parse(stdout)
}

const asExpected = {
  dimensions: Array.from({ length: 200 }, () => 384),
  best: 1,
  refusal: { name: 'PineconeInvalidRequestError', status: 404 },
  aborted: 'enough',
}

/** The Node that runs the tests of all packages need not run this one. */
const isOther = (runtime: string) => runtime !== `node@${process.versions.node.split('.')[0]}`

it.each([
  ...['node@20', 'node@22', 'node@24'].filter(isOther),
  // no more than a user would grant: --allow-env names every variable that the client cannot do without
  'deno@2.9.6 run --no-prompt --allow-net --allow-env=PINECONE_API_KEY,PINECONE_INFERENCE_URL',
  'bun@1.4.5',
])(
  'the packed client embeds, reranks, tells errors and aborts in %s, as it is and through a fetch it is given',
  async (runtime) => {
    expect(await useClientWith(runtime)).toEqual([asExpected, asExpected])
  },
  180_000,
)
