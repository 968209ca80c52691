import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type BudgetRequest,
  PineconeConfigurationError,
  PineconeInference,
  PineconeInferenceError,
  type SharedBudget,
} from '../dist/index.js'
import { E5, embedAnswer, errorBody, event, json, rerankAnswer, scriptedApi, texts } from './scripted-api.js'

/** A budget that lets everything in, and writes down what it is told. */
function writtenDown() {
  const told: string[] = []
  const asked: BudgetRequest[] = []
  const budget: SharedBudget = {
    async enter(request) {
      asked.push(request)
      return {
        accepted: (tokens) => void told.push(`accepted ${tokens}`),
        refused: (retryAfterMs) => void told.push(`refused ${retryAfterMs}`),
        failed: () => void told.push('failed'),
      }
    },
  }
  return { budget, told, asked }
}

describe('with a shared budget', () => {
  it('each attempt asks it first, and tells it how the attempt ended', async () => {
    const api = await scriptedApi((request, response, number) => {
      if (number === 1)
        return json(response, 429, errorBody(429, 'RESOURCE_EXHAUSTED', 'slow down'), { 'retry-after': '90' })
      if (number === 2)
        return json(response, 503, errorBody(503, 'UNAVAILABLE', 'later'), { 'retry-after': '0.001' })
      return request.path === '/rerank' ? rerankAnswer(request) : embedAnswer(request)
    })
    const { budget, told, asked } = writtenDown()
    const client = api.client({ sharedBudget: budget })
    await client.embed({ ...E5, inputs: ['one', 'two'] })
    expect(told).toEqual(['refused 90000', 'failed', 'accepted 2'])
    expect(asked).toHaveLength(3)
    expect(asked[0]).toEqual({ model: E5.model, inputType: 'passage', tokens: expect.any(Number) })

    await client.rerank({ model: 'bge-reranker-v2-m3', query: 'q', documents: ['a 0.1'] })
    expect(asked[3]).toEqual({ model: 'bge-reranker-v2-m3' })
    expect(told[3]).toBe('accepted undefined')
  })

  it('a look-up of models does not ask it, and waits by itself after a 429', async () => {
    const api = await scriptedApi((_, response, number) =>
      number === 1
        ? json(response, 429, errorBody(429, 'RESOURCE_EXHAUSTED', 'slow down'), { 'retry-after': '0.01' })
        : { models: [] },
    )
    const { budget, told, asked } = writtenDown()
    expect(await api.client({ sharedBudget: budget }).listModels()).toEqual({ models: [] })
    expect({ asked, told }).toEqual({ asked: [], told: [] })
  })

  it('a wait of over two minutes is of another budget, and fails the request', async () => {
    const api = await scriptedApi((_, response) =>
      json(response, 429, errorBody(429, 'RESOURCE_EXHAUSTED', 'this month'), { 'retry-after': '3600' }),
    )
    const { budget, told } = writtenDown()
    await expect(api.client({ sharedBudget: budget }).embed({ ...E5, inputs: ['one'] })).rejects.toThrow(
      '429',
    )
    expect(told).toEqual(['failed'])
  })

  it('an abort ends the wait for it, and the slot is free again', async () => {
    const api = await scriptedApi((request) => embedAnswer(request))
    let waits = true
    const asked = event()
    const budget: SharedBudget = {
      enter(_, signal) {
        asked.happen()
        return waits
          ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          : writtenDown().budget.enter({ model: 'any' }, signal)
      },
    }
    const client = api.client({ sharedBudget: budget, maxConcurrency: 1 })
    const controller = new AbortController()
    const waiting = client.embed({ ...E5, inputs: ['one'] }, { signal: controller.signal })
    await asked.happened
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(api.requests).toHaveLength(0)
    waits = false
    expect((await client.embed({ ...E5, inputs: ['two'] })).data).toHaveLength(1)
  })

  it('a bulk job that waits for it keeps no slot from a request of another input type', async () => {
    const api = await scriptedApi(embedAnswer)
    const passagesMayGo = event()
    const { budget, asked } = writtenDown()
    const client = api.client({
      maxConcurrency: 2,
      sharedBudget: {
        async enter(request, signal) {
          const entry = await budget.enter(request, signal)
          if (request.inputType === 'passage') await passagesMayGo.happened
          return entry
        },
      },
    })
    const job = client.embedAll({ ...E5, inputs: texts(960) })
    await vi.waitUntil(() => asked.length === 2)
    await client.embed({ ...E5, inputs: ['question'], parameters: { inputType: 'query' } })
    expect(api.requests).toHaveLength(1)
    expect(asked).toHaveLength(3)
    passagesMayGo.happen()
    expect((await job).data).toHaveLength(960)
  })

  it('what it has let in, and is stopped before a slot is free, goes back into it', async () => {
    const api = await scriptedApi(() => undefined)
    const mayGo = event()
    const { budget, told, asked } = writtenDown()
    const client = api.client({
      maxConcurrency: 1,
      sharedBudget: {
        async enter(request, signal) {
          const entry = await budget.enter(request, signal)
          await mayGo.happened
          return entry
        },
      },
    })
    const [first, second] = [new AbortController(), new AbortController()]
    const inputs = ['one']
    const onWire = client.embed({ ...E5, inputs }, { signal: first.signal })
    const waiting = client.embed(
      { ...E5, inputs, parameters: { inputType: 'query' } },
      { signal: second.signal },
    )
    await vi.waitUntil(() => asked.length === 2)
    mayGo.happen()
    await vi.waitUntil(() => api.requests.length === 1)
    second.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(told).toEqual(['failed'])
    first.abort(new Error('enough'))
    await expect(onWire).rejects.toThrow('enough')
    expect(told).toEqual(['failed', 'failed'])
  })

  it('that fails in between, embedAll carries what was finished, with the cause', async () => {
    const api = await scriptedApi(embedAnswer)
    const { budget } = writtenDown()
    for (const cause of [new Error('Redis away'), 'Redis away']) {
      let entered = 0
      const client = api.client({
        maxConcurrency: 1,
        sharedBudget: {
          async enter(request, signal) {
            if (++entered > 2) throw cause
            return budget.enter(request, signal)
          },
        },
      })
      const request = { ...E5, inputs: texts(960) }
      for (const call of [
        () => client.embedAll(request),
        () => client.embedAll(request, { onError: 'collect' }),
      ]) {
        entered = 0
        const failure = await call().catch((error: unknown) => error)
        expect(failure).toBeInstanceOf(PineconeInferenceError)
        expect(failure).toMatchObject({ message: expect.stringContaining('Redis away'), cause })
        expect((failure as PineconeInferenceError).partial?.data).toHaveLength(192)
      }
    }
  })

  it('that throws when it is told of an answer loses no answer, and is told once', async () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warning.mockRestore())
    const api = await scriptedApi((request, response, number) =>
      number < 3
        ? json(response, number === 1 ? 429 : 503, errorBody(503, 'X', 'later'), { 'retry-after': '0.001' })
        : embedAnswer(request),
    )
    const told: string[] = []
    const tell = (what: string) => () => {
      told.push(what)
      throw new Error(what)
    }
    const entry = { accepted: tell('accepted'), refused: tell('refused'), failed: tell('failed') }
    const client = api.client({ sharedBudget: { enter: async () => entry } })
    expect((await client.embed({ ...E5, inputs: ['one'] })).data).toHaveLength(1)
    expect(told).toEqual(['refused', 'failed', 'accepted'])
    expect(warning).toHaveBeenCalledTimes(3)
  })

  it('there is no rateLimit beside it', () => {
    const { budget } = writtenDown()
    expect(
      () => new PineconeInference({ apiKey: 'key', rateLimit: { tokensPerMinute: 1 }, sharedBudget: budget }),
    ).toThrow(PineconeConfigurationError)
  })
})
