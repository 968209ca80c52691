import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import {
  type CollectedEmbedResult,
  type Embedding,
  PineconeInference,
  PineconeInferenceError,
  type StreamedEmbedding,
} from '@pinecone-inference/client'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import {
  type Behaviour,
  head,
  rawServer,
  reset,
  right,
  rightJson,
  thenClose,
  vectorOf,
} from './raw-server.js'

const INPUTS = 1000
/** So that a call has as many requests as the longest schedule has events, and more. */
const BATCH_SIZE = 10
const RUNS = 10

const events = ['right', 'right', 'right', '429', '503', '400', 'reset', 'cut', 'late'] as const
type Event = (typeof events)[number]

/** Answers each request by the next event of the schedule, over and over, and notes whose texts it paid for. */
function byPlan(schedule: readonly Event[], paid: Map<string, number>): Behaviour {
  let number = 0
  const status = (code: number, extra = '') => head(2, extra, `${code} Some Reason`)
  const payFor = (body: string) => {
    const { inputs } = JSON.parse(body) as { inputs: { text: string }[] }
    for (const { text } of inputs) paid.set(text, (paid.get(text) ?? 0) + 1)
  }
  const behaviours: Record<Event, Behaviour> = {
    right(socket, body) {
      payFor(body)
      right(socket, body)
    },
    '429': (socket) => void socket.write(`${status(429, 'retry-after: 0\r\n')}{}`),
    '503': (socket) => void socket.write(`${status(503)}{}`),
    '400': (socket) => void socket.write(`${status(400)}{}`),
    reset,
    cut: thenClose((json) => head(json.length) + json.slice(0, json.length / 2)),
    late(socket, body) {
      payFor(body)
      const json = rightJson(body)
      socket.write(head(json.length) + json.slice(0, 10))
      setImmediate(() => socket.write(json.slice(10)))
    },
  }
  return (socket, body) => behaviours[schedule[number++ % schedule.length] ?? 'right'](socket, body)
}

const schedules = fc.array(fc.constantFrom(...events), { minLength: 5, maxLength: 60 })
const texts = Array.from({ length: INPUTS }, (_, i) => `text number ${i}`)
const request = { model: 'multilingual-e5-large', parameters: { inputType: 'passage' } } as const

/** Every vector that came belongs to its text. */
function checkVector(index: number, embedding: Embedding): void {
  const values = embedding.vectorType === 'dense' ? embedding.values : []
  // All but the first two are zeros, which need no comparison one by one.
  expect([values.length, ...values.slice(0, 2)]).toEqual([
    1024,
    ...vectorOf(`text number ${index}`).slice(0, 2),
  ])
  expect(values.slice(2).some((value) => value !== 0)).toBe(false)
}

/** Waits for a budget or a next attempt pass in no time. While a request is on the wire, time stands still. */
function fastClock(): Disposable {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  let onTheWire = 0
  let running = true
  const started = () => void onTheWire++
  const ended = () => void onTheWire--
  subscribe('pinecone-inference:request:start', started)
  subscribe('pinecone-inference:request:end', ended)
  const tick = () => {
    if (!running) return
    if (onTheWire === 0) vi.advanceTimersByTime(200)
    setImmediate(tick)
  }
  tick()
  return {
    [Symbol.dispose]() {
      running = false
      unsubscribe('pinecone-inference:request:start', started)
      unsubscribe('pinecone-inference:request:end', ended)
      vi.useRealTimers()
    },
  }
}

async function withSchedule(
  schedule: readonly Event[],
  use: (client: PineconeInference, paid: ReadonlyMap<string, number>) => Promise<void>,
) {
  const paid = new Map<string, number>()
  using _clock = fastClock()
  const { url } = await rawServer(byPlan(schedule, paid))
  await using client = new PineconeInference({ apiKey: 'offline', baseUrl: url, timeout: 2 ** 31 - 1 })
  await use(client, paid)
}

it('embedAll, collecting: every input’s vector is right and in place or named as failed, and none is paid for twice', {
  timeout: 90_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(schedules, (schedule) =>
      withSchedule(schedule, async (client, paid) => {
        const result = await client
          .embedAll({ ...request, inputs: texts }, { onError: 'collect', batchSize: BATCH_SIZE })
          .catch((error: unknown) => error)
        if (result instanceof PineconeInferenceError) {
          // Where nothing passes, the call ends without asking for each input alone.
          expect(result.verdict).toBe('setup')
          expect(paid.size).toBe(0)
          return
        }
        const { data, failures } = result as CollectedEmbedResult
        const failed = new Set(
          failures.flatMap(({ inputRange: [start, end] }) =>
            Array.from({ length: end - start }, (_, i) => start + i),
          ),
        )
        expect(data).toHaveLength(INPUTS)
        for (const [index, embedding] of data.entries()) {
          expect(embedding === null).toBe(failed.has(index))
          if (embedding) checkVector(index, embedding)
          expect(paid.get(`text number ${index}`) ?? 0).toBe(failed.has(index) ? 0 : 1)
        }
      }),
    ),
    { numRuns: RUNS, seed: 20251023 },
  )
})

it('embedStream: yields in order up to the input that failed, and hands over what came after', async () => {
  await fc.assert(
    fc.asyncProperty(schedules, (schedule) =>
      withSchedule(schedule, async (client, paid) => {
        const got: StreamedEmbedding[] = []
        let failure: unknown
        try {
          const stream = client.embedStream({ ...request, inputs: texts }, { batchSize: BATCH_SIZE })
          for await (const item of stream) got.push(item)
        } catch (error) {
          failure = error
        }
        const end =
          failure instanceof PineconeInferenceError ? (failure.inputRange?.[0] ?? Number.NaN) : INPUTS
        expect(got.map(({ index }) => index)).toEqual(Array.from({ length: end }, (_, i) => i))
        const after = failure instanceof PineconeInferenceError ? (failure.partial?.data ?? []) : []
        const finished = [...got, ...(after as StreamedEmbedding[])]
        for (const { index, embedding } of finished) checkVector(index, embedding)
        // Nothing that was paid for is lost.
        expect(finished.map(({ index }) => `text number ${index}`).sort()).toEqual([...paid.keys()].sort())
        for (const times of paid.values()) expect(times).toBe(1)
      }),
    ),
    { numRuns: RUNS, seed: 20251023 },
  )
})
