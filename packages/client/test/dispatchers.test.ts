import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { PineconeInference } from '../dist/index.js'
import { E5, embedAnswer, scriptedApi, texts, vectorOf } from './scripted-api.js'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const knowsUndici8 = major > 22 || (major === 22 && minor >= 19)
const majors = ['undici6', 'undici', ...(knowsUndici8 ? ['undici8'] : [])]

/** What the tests use is the same in all of them. */
const load = (name: string): Promise<typeof import('undici')> => import(name)

const answer = {
  model: E5.model,
  vector_type: 'dense',
  data: [{ vector_type: 'dense', values: vectorOf('one', 1024) }],
  usage: { total_tokens: 1 },
}

/** Puts a process-wide dispatcher in place, and back what was there before. */
async function asGlobal(name: string, dispatcher: object): Promise<void> {
  const undici = await load(name)
  const before = undici.getGlobalDispatcher()
  undici.setGlobalDispatcher(dispatcher as typeof before)
  onTestFinished(() => undici.setGlobalDispatcher(before))
}

it.each(majors)('an Agent of %s that it is given sends, and stays open', async (name) => {
  const api = await scriptedApi((request) => embedAnswer(request))
  const { Agent } = await load(name)
  const agent = new Agent()
  onTestFinished(() => agent.close())
  const client = api.client({ dispatcher: agent })
  const { data } = await client.embedAll({ ...E5, inputs: texts(300) })
  expect(data).toHaveLength(300)
  await client.close()
  expect(agent.closed).toBe(false)
})

it.each(majors)('an abort ends the request that an Agent of %s has on the wire', async (name) => {
  const api = await scriptedApi(() => {})
  const { Agent } = await load(name)
  const agent = new Agent()
  onTestFinished(() => agent.close())
  const abort = new AbortController()
  const closed = new Promise((resolve) =>
    api.server.on('connection', (socket) => socket.on('close', resolve)),
  )
  api.server.on('request', () => abort.abort(new Error('enough')))
  const call = api.client({ dispatcher: agent }).embed({ ...E5, inputs: ['one'] }, { signal: abort.signal })
  await expect(call).rejects.toThrow('enough')
  await closed
})

it.each(majors)('a MockAgent of %s answers, and names what it does not know', async (name) => {
  const { MockAgent } = await load(name)
  const agent = new MockAgent()
  agent.disableNetConnect()
  agent.get('https://api.pinecone.io').intercept({ path: '/embed', method: 'POST' }).reply(200, answer)
  const client = new PineconeInference({ apiKey: 'pcsk_test-key', dispatcher: agent, maxRetries: 0 })
  const { data } = await client.embed({ ...E5, inputs: ['one'] })
  expect(data[0]?.values).toHaveLength(1024)
  await expect(client.listModels()).rejects.toThrow(/Mock dispatch not matched/)
})

it.each(majors)('a MockAgent of %s that is the global dispatcher lets nothing past it', async (name) => {
  const api = await scriptedApi((request) => embedAnswer(request))
  const client = api.client()
  await client.embed({ ...E5, inputs: ['before'] })
  const { MockAgent } = await load(name)
  const agent = new MockAgent()
  agent.disableNetConnect()
  await asGlobal(name, agent)
  const stopped = {
    message: expect.stringContaining('Mock dispatch not matched'),
    verdict: 'setup',
    attempts: 1,
  }
  await expect(client.embed({ ...E5, inputs: ['one'] })).rejects.toMatchObject(stopped)
  await expect(api.client().listModels()).rejects.toMatchObject(stopped)
  agent.get(api.url).intercept({ path: '/embed', method: 'POST' }).reply(200, answer)
  await expect(client.embed({ ...E5, inputs: ['one'] })).resolves.toMatchObject({ model: E5.model })
  expect(api.requests).toHaveLength(1)
})

it.each(majors)('a global Agent of %s with options or interceptors of its own is used', async (name) => {
  const { Agent } = await load(name)
  const refuse = () => (_options: object, _handler: object) => {
    throw new Error('nobody leaves')
  }
  const client = new PineconeInference({
    apiKey: 'pcsk_test-key',
    baseUrl: 'http://localhost:1',
    maxRetries: 0,
  })
  await asGlobal(name, new Agent({ connect: (_, done) => done(new Error('connected by my own'), null) }))
  await expect(client.listModels()).rejects.toThrow('connected by my own')
  await asGlobal(name, new Agent().compose(refuse))
  await expect(client.listModels()).rejects.toThrow('nobody leaves')
})

it('keeps a pool of its own beside the dispatcher that undici and fetch make for themselves', async () => {
  const api = await scriptedApi((request) => embedAnswer(request))
  await fetch('data:,')
  for (const name of majors) await load(name)
  const closed: Promise<unknown>[] = []
  api.server.on('connection', (socket) => closed.push(once(socket, 'close')))
  const client = api.client()
  await client.embedAll({ ...E5, inputs: texts(300) })
  await client.close()
  expect(closed).not.toEqual([])
  await Promise.all(closed)
})

it('sends through the fetch that the application has put in place of Node’s, from the moment it is there', async () => {
  const api = await scriptedApi((request) => embedAnswer(request))
  const client = api.client({ maxRetries: 0 })
  await client.embed({ ...E5, inputs: ['before'] })
  const { fetch } = globalThis
  onTestFinished(() => void Object.assign(globalThis, { fetch }))
  globalThis.fetch = async (url) => {
    throw new Error(`no test may call ${url}`)
  }
  await expect(client.embed({ ...E5, inputs: ['one'] })).rejects.toThrow(`no test may call ${api.url}/embed`)
  globalThis.fetch = fetch
  await expect(client.embed({ ...E5, inputs: ['after'] })).resolves.toBeDefined()
  expect(api.requests.map(({ body }) => body.inputs[0].text)).toEqual(['before', 'after'])
})

it('a dispatcher or fetch that it is given goes before those of the process', async () => {
  const api = await scriptedApi((request) => embedAnswer(request))
  const { Agent, MockAgent } = await load('undici')
  const guard = new MockAgent()
  guard.disableNetConnect()
  await asGlobal('undici', guard)
  const agent = new Agent()
  onTestFinished(() => agent.close())
  const client = api.client({ dispatcher: agent })
  await expect(client.embed({ ...E5, inputs: ['one'] })).resolves.toBeDefined()
})

it.each(majors)('the redirect interceptor of %s takes the key to no other origin', async (name) => {
  const elsewhere = createServer((_, response) => response.end('{}'))
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void elsewhere.close())
  const asked: unknown[] = []
  elsewhere.on('request', ({ headers }) => asked.push(headers['api-key']))
  const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/embed`
  const api = await scriptedApi((_, response) => void response.writeHead(307, { location }).end())
  const { Agent, interceptors } = await load(name)
  const agent = new Agent()
  onTestFinished(() => agent.close())
  const client = api.client({ dispatcher: agent.compose(interceptors.redirect({ maxRedirections: 3 })) })
  await expect(client.embed({ ...E5, inputs: ['one'] })).rejects.toMatchObject({ status: 307 })
  expect(asked).toEqual([])
})
