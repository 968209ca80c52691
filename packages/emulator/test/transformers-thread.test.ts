import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { call, type DenseAnswer, embedBody } from './client.js'
import { crossEncoderFiles, encoderFiles, type Files, writeModels } from './tiny-models.js'

const e5 = 'multilingual-e5-large'
const bge = 'bge-reranker-v2-m3'
const library = import.meta.resolve('@huggingface/transformers')

/** The built package in a folder of its own, beside a transformers library that begins with `code`. */
async function installed(code: string, models: Readonly<Record<string, Files>> = { [e5]: encoderFiles() }) {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'transformers-thread-')))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  await cp(fileURLToPath(new URL('../dist', import.meta.url)), join(home, 'dist'), { recursive: true })
  const wrapper = join(home, 'node_modules/@huggingface/transformers')
  await mkdir(wrapper, { recursive: true })
  await writeFile(join(wrapper, 'package.json'), '{"type":"module","exports":"./index.js"}')
  const real = JSON.stringify(library)
  await writeFile(join(wrapper, 'index.js'), `import * as real from ${real}; export * from ${real};\n${code}`)
  const modelDir = join(home, 'models')
  await mkdir(modelDir)
  await writeModels(modelDir, models)
  const { startEmulator } = (await import(
    pathToFileURL(join(home, 'dist/index.js')).href
  )) as typeof import('../dist/index.js')
  return { home, start: () => startEmulator({ backend: { kind: 'transformers', modelDir } }) }
}

/** An emulator whose model notes the texts of each batch, and holds its thread in it while `hold` is in force. */
async function heldModel() {
  const { home, start } = await installed(`
    import { appendFileSync, existsSync } from 'node:fs'
    const file = (name) => new URL('../../../' + name, import.meta.url)
    const sleeper = new Int32Array(new SharedArrayBuffer(4))
    export const AutoModel = {
      async from_pretrained(...given) {
        const model = await real.AutoModel.from_pretrained(...given)
        const run = (inputs) => {
          appendFileSync(file('batches'), inputs.input_ids.dims[0] + '\\n')
          while (existsSync(file('held'))) Atomics.wait(sleeper, 0, 0, 5)
          return model(inputs)
        }
        return Object.assign(run, { dispose: () => model.dispose() })
      },
    }`)
  const emulator = await start()
  onTestFinished(() => emulator.close())
  const batches = async () => (await readFile(join(home, 'batches'), 'utf8')).trim().split('\n').map(Number)
  const tried = (await batches()).length
  const release = () => rm(join(home, 'held'), { force: true })
  // Before the emulator is closed, which waits for the batch.
  onTestFinished(release)
  return {
    emulator,
    hold: () => writeFile(join(home, 'held'), ''),
    release,
    batches: async () => (await batches()).slice(tried),
  }
}

const texts = (count: number) => embedBody(Array<string>(count).fill('car'))

it('answers everything else while a model is in the middle of a batch', async () => {
  const { emulator, hold, release, batches } = await heldModel()
  await hold()
  const asked = call<DenseAnswer>(emulator, '/embed', { body: texts(40) })
  await expect.poll(batches).toEqual([16])
  expect((await call(emulator, '/health')).body).toEqual({ status: 'ok' })
  const sparse = embedBody(['cars'], { model: 'pinecone-sparse-english-v0' })
  expect((await call(emulator, '/embed', { body: sparse })).status).toBe(200)
  await release()
  expect((await asked).body.data).toHaveLength(40)
  expect(await batches()).toEqual([16, 16, 8])
})

it('drops a request whose client has gone, in the middle or before its turn, and answers the next', async () => {
  const { emulator, hold, release, batches } = await heldModel()
  await hold()
  const gone = new AbortController()
  const leave = { signal: gone.signal }
  const computed = call(emulator, '/embed', { body: texts(96), ...leave })
  await expect.poll(batches).toEqual([16])
  const waiting = call(emulator, '/embed', { body: texts(95), ...leave })
  await expect.poll(() => emulator.requests.length).toBe(2)
  gone.abort()
  await expect(computed).rejects.toThrow()
  await expect(waiting).rejects.toThrow()
  await expect.poll(() => emulator.requests.map(({ aborted }) => aborted)).toEqual([true, true])
  const next = call<DenseAnswer>(emulator, '/embed', { body: texts(3) })
  await release()
  expect((await next).body.data).toHaveLength(3)
  expect(await batches()).toEqual([16, 3])
})

it('closes once the batch under way is done, however often it is told to', async () => {
  const { emulator, hold, release, batches } = await heldModel()
  await hold()
  const asked = call(emulator, '/embed', { body: texts(96) }).catch((error: unknown) => error)
  await expect.poll(batches).toEqual([16])
  const closed = Promise.all([emulator.close(), emulator.close()])
  await release()
  await closed
  expect(await asked).toBeInstanceOf(Error)
  expect(await batches()).toEqual([16])
})

it('opens no connection for a model’s files, also where one is missing', async () => {
  let connections = 0
  const hub = createServer((_, response) => response.writeHead(404).end())
  hub.on('connection', () => connections++)
  hub.listen(0, '127.0.0.1')
  await once(hub, 'listening')
  onTestFinished(() => void hub.close())
  const host = JSON.stringify(`http://127.0.0.1:${(hub.address() as AddressInfo).port}/`)
  const complete = await installed(`real.env.remoteHost = ${host}`, {
    [e5]: encoderFiles(),
    [bge]: crossEncoderFiles(),
  })
  await (await complete.start()).close()
  // Even what the hub could have is not asked of it.
  const lacking = await installed(`
    real.env.remoteHost = ${host}
    export const AutoModel = { from_pretrained: () => real.AutoModel.from_pretrained('owner/model') }`)
  await expect(lacking.start()).rejects.toThrow('cannot be loaded')
  expect(connections).toBe(0)
})

it('ends with its process, also a second time, with nothing on stderr', async () => {
  const { home } = await installed('', { [e5]: encoderFiles(), [bge]: crossEncoderFiles() })
  const code = `
    import { startEmulator } from './dist/index.js'
    for (let i = 0; i < 2; i++) {
      const backend = { kind: 'transformers', modelDir: './models' }
      const emulator = await startEmulator({ backend })
      await emulator.close()
    }
    console.log('closed')`
  const args = ['--input-type=module', '-e', code]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: home })
  expect({ stdout, stderr }).toEqual({ stdout: 'closed\n', stderr: '' })
})
