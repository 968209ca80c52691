import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WorkerError } from '../dist/index.js'
import { type Fleet, fleet, outputOf, records } from './fleet.js'
import { hasRedisServer } from './redis-server.js'

const MODEL = 'acme-embed'
const sizes = { recordsPerJob: 20 }

/** A service of one model that is not in the client's table, so that only its answers say what its vectors are. */
async function service() {
  const answers = { servedBy: MODEL, dimension: 8 }
  const info = {
    model: MODEL,
    short_description: 'Embeds.',
    type: 'embed',
    vector_type: 'dense',
    max_batch_size: 96,
    supported_parameters: [],
  }
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.method === 'GET') return response.end(JSON.stringify(info))
    const { inputs } = (await json(request)) as { inputs: unknown[] }
    const values = Array.from({ length: answers.dimension }, (_, i) => (i + 1) / 10)
    response.end(
      JSON.stringify({
        model: answers.servedBy,
        vector_type: 'dense',
        data: inputs.map(() => ({ vector_type: 'dense', values })),
        usage: { total_tokens: inputs.length },
      }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { answers, client: { apiKey: 'key', baseUrl: `http://127.0.0.1:${port}` } }
}

/** Gives the first of two jobs, and has it done by a worker of its own. */
async function halfDone({ open, work }: Fleet, client: { apiKey: string; baseUrl: string }) {
  const run = await open({ model: MODEL, parameters: {} })
  function* first20() {
    yield* records(20)
    throw new Error('the coordinator was killed')
  }
  await expect(run.produce(first20(), sizes)).rejects.toThrow('killed')
  const stop = new AbortController()
  const working = work({ client, signal: stop.signal })
  for await (const { records } of run.follow({ interval: 20 })) if (records.done === 20) break
  stop.abort()
  expect(await working).toMatchObject({ records: 20 })
  return run
}

describe.runIf(hasRedisServer())('the vectors of a run', () => {
  it.each([
    [
      'of another length',
      { dimension: 4 },
      'acme-embed with 8 numbers each',
      'acme-embed with 4 numbers each',
    ],
    [
      'by another model',
      { servedBy: 'acme-2' },
      'acme-embed with 8 numbers each',
      'acme-2 with 8 numbers each',
    ],
  ])(
    'continued while the service answers %s, it ends the worker, and nothing is mixed',
    async (_, changed, before, now) => {
      const all = await fleet()
      const { answers, client } = await service()
      const run = await halfDone(all, client)
      Object.assign(answers, changed)
      await run.produce(records(60), sizes)
      const failing = all.work({ client })
      await expect(failing).rejects.toThrow(WorkerError)
      await expect(failing).rejects.toThrow(`are from ${before}, and the service now returns ${now}`)

      Object.assign(answers, { servedBy: MODEL, dimension: 8 })
      void all.work({ client })
      expect(await run.embed(records(60), sizes)).toMatchObject({ records: 60, failedJobs: [] })
      const { manifest, embedded } = await outputOf(all.folder)
      expect(new Set(embedded.map(({ values }) => values?.length))).toEqual(new Set([8]))
      expect(manifest).toMatchObject({ model: MODEL, servedBy: MODEL, dimension: 8 })
    },
  )
})
