import { fileURLToPath } from 'node:url'
import { EdgeVM } from '@edge-runtime/vm'
import { type EmulatorOptions, startEmulator } from '@pinecone-inference/emulator'
import { build } from 'esbuild'
import { beforeAll, expect, it, onTestFinished } from 'vitest'

/** What a user's bundler makes of a worker that imports the client. */
let bundle: string
beforeAll(async () => {
  const { outputFiles, warnings } = await build({
    stdin: {
      contents: `export * from '@pinecone-inference/client'`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'client',
    platform: 'browser',
    conditions: ['workerd', 'edge-light'],
    // optional, and not installed where it is not used
    external: ['@opentelemetry/api'],
  })
  expect(warnings).toEqual([])
  bundle = outputFiles[0]?.text ?? ''
})

/** Runs a program where there are the web's globals and no Node: no process, no Buffer, no undici. */
async function inWorker(program: string, options: EmulatorOptions = {}) {
  const emulator = await startEmulator(options)
  onTestFinished(() => emulator.close())
  const vm = new EdgeVM()
  vm.evaluate(bundle)
  const result = await vm.evaluate<Promise<string>>(`(async () => {
    const baseUrl = '${emulator.url}'
    const pinecone = new client.PineconeInference({ apiKey: 'a-secret-key', baseUrl })
    const model = 'multilingual-e5-large'
    const parameters = { inputType: 'passage' }
    ${program}
  })().then(JSON.stringify)`)
  return { result: JSON.parse(result), emulator }
}

it('the sandbox is none of Node', async () => {
  const vm = new EdgeVM()
  expect(vm.evaluate('typeof process + typeof Buffer + typeof require + typeof fetch')).toBe(
    'undefinedundefinedundefinedfunction',
  )
})

it('the bundle is the client alone, without undici', () => {
  expect(bundle).not.toMatch(/(import|require)\("(node:|undici)/)
  expect(bundle).not.toContain('class Pool')
  expect(bundle.length).toBeLessThan(220_000)
})

it('embeds any number of texts, and reranks', async () => {
  const { result, emulator } = await inWorker(`
    const inputs = Array.from({ length: 200 }, (_, i) => 'text number ' + i)
    const { data, usage } = await pinecone.embedAll({ model, inputs, parameters })
    const ranked = await pinecone.rerank({ model: 'bge-reranker-v2-m3', query: 'ferry', documents: ['a bus', 'a ferry'] })
    await pinecone.close()
    return { count: data.length, dimension: data[199].values.length, usage, best: ranked.data[0].index }
  `)
  expect(result).toMatchObject({ count: 200, dimension: 1024, best: 1 })
  expect(result.usage.totalTokens).toBeGreaterThan(200)
  expect(emulator.requests.map(({ path }) => path)).toEqual(['/embed', '/embed', '/embed', '/rerank'])
  expect(emulator.requests[0]?.headers['user-agent']).toContain('Edge Runtime')
})

it('tries again after a 503 and a cut body, and names a refusal as anywhere', async () => {
  const { result } = await inWorker(
    `
    const { data } = await pinecone.embedAll({ model, inputs: ['one'], parameters })
    const refused = await pinecone.getModel('no-such-model').catch((error) => error)
    return { count: data.length, name: refused.name, status: refused.status, message: refused.message }
  `,
    {
      faults: [
        { call: 1, fault: { kind: 'status', status: 503 } },
        { call: 2, fault: { kind: 'cut', bytes: 50 } },
      ],
    },
  )
  expect(result).toMatchObject({ count: 1, name: 'PineconeInvalidRequestError', status: 404 })
  expect(result.message).not.toContain('a-secret-key')
})

it('aborts, with the signal’s own reason', async () => {
  const { result } = await inWorker(
    `
    const controller = new AbortController()
    const embedding = pinecone.embedAll({ model, inputs: ['one'], parameters }, { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 20)
    return embedding.catch((error) => error.message)
  `,
    { faults: [{ fault: { kind: 'stall', at: 'headers' } }] },
  )
  expect(result).toBe('enough')
})

it('sends through a fetch that it is given instead', async () => {
  const { result } = await inWorker(`
    const sent = []
    const own = (url, init) => {
      sent.push(new URL(url).pathname)
      return fetch(url, init)
    }
    const other = new client.PineconeInference({ apiKey: 'a-secret-key', baseUrl, fetch: own })
    await other.embed({ model, inputs: ['one'], parameters })
    return sent
  `)
  expect(result).toEqual(['/embed'])
})
