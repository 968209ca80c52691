import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { DocumentAndQueryCalls, RerankCalls } from '../dist/adapters.js'
import {
  type DenseEmbedding,
  PineconeInference,
  PineconeInferenceError,
  PineconeTimeoutError,
} from '../dist/index.js'
import {
  E5,
  embedAnswer,
  event,
  rerankAnswer,
  type Script,
  scriptedApi,
  texts,
  vectorOf,
} from './scripted-api.js'

/** A model of its own, whose vectors have three dimensions. */
const info = {
  model: 'a-model',
  short_description: '',
  type: 'embed',
  vector_type: 'dense',
  modality: 'text',
  max_batch_size: 96,
  default_dimension: 3,
  supported_parameters: [],
}
const request = { model: info.model, parameters: { inputType: 'passage' } }

/** `text 42` gets the vector [42, 1, 1]; a request with a poisoned number is refused, a broken one is answered 500. */
function service({ poisoned, broken }: { poisoned: Set<number>; broken: Set<number> }): PineconeInference {
  const fetch = async (_: unknown, init?: RequestInit) => {
    if (init?.method === 'GET') return Response.json(info)
    const { inputs, model } = JSON.parse(String(init?.body))
    const numbers: number[] = inputs.map(({ text }: { text: string }) => Number(text.split(' ')[1] ?? -1))
    if (numbers.some((number) => poisoned.has(number))) {
      return Response.json(
        { status: 400, error: { code: 'INVALID_ARGUMENT', message: 'poisoned' } },
        { status: 400 },
      )
    }
    if (numbers.some((number) => broken.has(number))) {
      return Response.json({ status: 500, error: { code: 'INTERNAL', message: 'broken' } }, { status: 500 })
    }
    const data = numbers.map((number) => ({ vector_type: 'dense', values: [number, 1, 1] }))
    return Response.json({ model, vector_type: 'dense', data, usage: { total_tokens: numbers.length } })
  }
  return new PineconeInference({ apiKey: 'offline', fetch, maxRetries: 0 })
}

const calls = fc.integer({ min: 2, max: 120 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    batchSize: fc.integer({ min: 1, max: 96 }),
    poisoned: fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }).map((numbers) => new Set(numbers)),
    broken: fc.uniqueArray(fc.nat(size - 1), { maxLength: 2 }).map((numbers) => new Set(numbers)),
  }),
)

const inputsOf = (size: number) => Array.from({ length: size }, (_, i) => `text ${i}`)
const numberOf = (embedding: unknown) => (embedding as DenseEmbedding).values[0]

it('an error of embedAll names inputs at fault, and what is finished is in its place', async () => {
  await fc.assert(
    fc.asyncProperty(calls, async ({ size, batchSize, poisoned, broken }) => {
      const client = service({ poisoned, broken })
      const outcome = await client
        .embedAll({ ...request, inputs: inputsOf(size) }, { batchSize })
        .catch((error: unknown) => error)
      if (!(outcome instanceof PineconeInferenceError)) {
        expect(poisoned.size + broken.size).toBe(0)
        const { data } = outcome as { data: unknown[] }
        expect(data.map(numberOf)).toEqual(inputsOf(size).map((_, i) => i))
        return
      }
      const [start = 0, end = 0] = outcome.inputRange ?? []
      const inRange = (number: number) => number >= start && number < end
      expect([...poisoned, ...broken].some(inRange)).toBe(true)
      for (const { index, embedding } of outcome.partial?.data.filter((one) => 'embedding' in one) ?? []) {
        expect(numberOf(embedding)).toBe(index)
        expect(poisoned.has(index) || broken.has(index)).toBe(false)
      }
    }),
    { numRuns: 40 },
  )
})

it('collecting, a failure covers inputs at fault alone, or their batch where the service failed', async () => {
  await fc.assert(
    fc.asyncProperty(calls, async ({ size, batchSize, poisoned }) => {
      const client = service({ poisoned, broken: new Set() })
      const outcome = await client
        .embedAll({ ...request, inputs: inputsOf(size) }, { batchSize, onError: 'collect' })
        .catch((error: unknown) => error)
      // Where nothing passes, the call ends: the request is at fault, and no single input.
      if (outcome instanceof PineconeInferenceError) {
        expect(poisoned.size).toBeGreaterThan(0)
        return
      }
      const { data, failures } = outcome as {
        data: unknown[]
        failures: { inputRange: readonly [number, number] }[]
      }
      const failed = failures.flatMap(({ inputRange: [start, end] }) =>
        Array.from({ length: end - start }, (_, i) => start + i),
      )
      expect(failed.sort((a, b) => a - b)).toEqual([...poisoned].sort((a, b) => a - b))
      expect(data.map((one) => (one === null ? null : numberOf(one)))).toEqual(
        inputsOf(size).map((_, i) => (poisoned.has(i) ? null : i)),
      )
    }),
    { numRuns: 40 },
  )
})

it('embedStream yields everything before the failure, in its place', async () => {
  await fc.assert(
    fc.asyncProperty(calls, async ({ size, batchSize, poisoned, broken }) => {
      const client = service({ poisoned, broken })
      const yielded: number[] = []
      let failure: unknown
      try {
        for await (const { index, embedding } of client.embedStream(
          { ...request, inputs: inputsOf(size) },
          { batchSize },
        )) {
          expect(numberOf(embedding)).toBe(index)
          yielded.push(index)
        }
      } catch (error) {
        failure = error
      }
      expect(yielded).toEqual(inputsOf(yielded.length).map((_, i) => i))
      if (failure === undefined) {
        expect(yielded).toHaveLength(size)
        return
      }
      if (!(failure instanceof PineconeInferenceError)) throw failure
      const [start = 0, end = 0] = failure.inputRange ?? []
      expect(start).toBe(yielded.length)
      expect([...poisoned, ...broken].some((number) => number >= start && number < end)).toBe(true)
    }),
    { numRuns: 40 },
  )
})

describe('a whole call of an adapter that exceeds its timeout carries what was finished:', () => {
  /** Answers the first request, and no other; `second` is when that answer has been read and another request is sent. */
  const answersOnce = async (answer: Script) => {
    const first = event()
    const second = event()
    const api = await scriptedApi((request, response, number) => {
      if (number === 1) return answer(request, response, number)
      second.happen()
    })
    const client = api.client({ maxConcurrency: 1, onUsage: () => first.happen() })
    return { client, second: Promise.all([first.happened, second.happened]).then(() => nextTurn()) }
  }
  const failureOf = (call: Promise<unknown>) => call.catch((error: unknown) => error)

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    return () => vi.useRealTimers()
  })

  it('embeddings, each in its place', async () => {
    const { client, second } = await answersOnce(embedAnswer)
    const calls = new DocumentAndQueryCalls(E5.model, 'dense', { client, batchSize: 3 })
    const failing = failureOf(calls.documents(texts(10), { timeout: 5_000 }))
    await second
    vi.advanceTimersByTime(5_000)
    const error = await failing
    expect(error).toBeInstanceOf(PineconeTimeoutError)
    const embeddings = texts(3).map((text, index) => ({
      index,
      embedding: { vectorType: 'dense', values: vectorOf(text) },
    }))
    expect(error).toMatchObject({ partial: { data: embeddings, usage: { totalTokens: 3 } } })
  })

  it('scores, counted in the list with the blanks', async () => {
    const { client, second } = await answersOnce(rerankAnswer)
    const calls = new RerankCalls({ client })
    const blankFirst = Array.from({ length: 250 }, (_, i) => ({ text: i < 5 ? ' ' : `text ${i}` }))
    const failing = failureOf(
      calls.rank(
        calls.candidates(blankFirst, (document) => document),
        'query',
        { timeout: 5_000 },
      ),
    )
    await second
    vi.advanceTimersByTime(5_000)
    const { partial } = (await failing) as PineconeInferenceError
    expect(partial?.data.map(({ index }) => index).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, i) => 5 + i),
    )
  })

  it('but the reason of the caller’s own abort is left as it is', async () => {
    const { client, second } = await answersOnce(embedAnswer)
    const abort = new AbortController()
    const calls = new DocumentAndQueryCalls(E5.model, 'dense', { client, batchSize: 3 })
    const failing = failureOf(calls.documents(texts(10), { timeout: 5_000, signal: abort.signal }))
    await second
    const reason = Object.freeze(new PineconeInferenceError('of another call'))
    abort.abort(reason)
    expect(await failing).toBe(reason)
  })
})
