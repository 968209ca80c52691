import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { folderOf, run } from './run-command.js'

/** A service with a model that nobody knows beforehand, whose vectors can change their length. */
async function changingService() {
  const state = { dimension: 1024, refuseFrom: 3, requests: 0 }
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.method === 'GET') {
      response.end(
        JSON.stringify({
          model: 'new-model',
          short_description: '',
          type: 'embed',
          vector_type: 'dense',
          max_batch_size: 96,
          supported_parameters: [],
        }),
      )
      return
    }
    const { inputs } = (await json(request)) as { inputs: unknown[] }
    if (++state.requests >= state.refuseFrom) {
      response.writeHead(401).end(JSON.stringify({ error: { code: 'UNAUTHENTICATED', message: 'no' } }))
      return
    }
    const data = inputs.map(() => ({ vector_type: 'dense', values: Array(state.dimension).fill(0.5) }))
    response.end(
      JSON.stringify({
        model: 'new-model',
        vector_type: 'dense',
        data,
        usage: { total_tokens: inputs.length },
      }),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  return { state, env: { PINECONE_INFERENCE_URL: `http://127.0.0.1:${port}`, PINECONE_API_KEY: 'local' } }
}

it('a run that is continued while the service answers with another length ends, and its file holds one length', async () => {
  const { state, env } = await changingService()
  const text = Array.from({ length: 400 }, (_, i) => `{"id":"${i}","text":"passage ${i}"}\n`).join('')
  const folder = await folderOf({ 'in.jsonl': text })
  const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', '--model', 'new-model', '--concurrency', '1']
  expect((await run(folder, args, env)).code).toBe(1)

  Object.assign(state, { dimension: 512, refuseFrom: Number.POSITIVE_INFINITY })
  const { code, stderr } = await run(folder, args, env)
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /"192" with 512 numbers, where the vectors before it have 1024.*\nStopped after 192 records/,
    ),
  ])

  state.dimension = 1024
  expect((await run(folder, args, env)).code).toBe(0)
  const lines = (await readFile(join(folder, 'out.jsonl'), 'utf8')).trim().split('\n')
  expect(new Set(lines.map((line) => JSON.parse(line).values.length))).toEqual(new Set([1024]))
  expect(lines).toHaveLength(400)
})
