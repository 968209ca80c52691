import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Emulator, type Fault, type FaultRule, startEmulator } from '../dist/index.js'
import { call, type DenseAnswer, embedBody, headers, withEmulator } from './client.js'
import { contractErrors } from './contract.js'

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator()
})
afterEach(async () => {
  vi.useRealTimers()
  await emulator.close()
})

const embed = (texts: string[] = ['hello'], parameters = {}) =>
  call<DenseAnswer>(emulator, '/embed', { body: embedBody(texts, parameters) })
const models = () => call(emulator, '/models')
const statuses = async (count: number, ask: () => Promise<{ status: number }> = models) => {
  const found: number[] = []
  for (let i = 0; i < count; i++) found.push((await ask()).status)
  return found
}
const latency = (given: unknown): FaultRule => ({ fault: { kind: 'latency', latency: given as number } })
const unavailable: Fault = { kind: 'status', status: 503 }

describe('a fault rule', () => {
  it('answers a status of the contract, with Retry-After', async () => {
    emulator.faults.add({ fault: { kind: 'status', status: 429, retryAfter: 3, message: 'slow down' } })
    const answer = await models()
    expect(contractErrors('ErrorResponse', answer.body)).toEqual([])
    expect(answer.body).toEqual({ status: 429, error: { code: 'RESOURCE_EXHAUSTED', message: 'slow down' } })
    expect(answer.headers.get('retry-after')).toBe('3')
  })

  it.each<[string, Omit<FaultRule, 'fault'>, number[]]>([
    ['one call', { call: 2 }, [200, 503, 200, 200]],
    ['a range of calls', { call: [2, 3] }, [200, 503, 503, 200]],
    ['a number of times', { times: 2 }, [503, 503, 200, 200]],
    ['never', { probability: 0 }, [200, 200, 200, 200]],
    ['always', { probability: 1 }, [503, 503, 503, 503]],
  ])('happens to %s', async (_when, rule, expected) => {
    emulator.faults.add({ ...rule, fault: unavailable })
    expect(await statuses(4)).toEqual(expected)
  })

  it('happens only to its route, path, model and input type', async () => {
    emulator.faults.add(
      { route: '/models/{model_name}', fault: { kind: 'status', status: 500 } },
      { route: '/models', fault: { kind: 'status', status: 501 } },
      { model: 'multilingual-e5-large', inputType: 'query', fault: { kind: 'status', status: 502 } },
    )
    expect((await call(emulator, '/models/multilingual-e5-large')).status).toBe(500)
    expect((await models()).status).toBe(501)
    expect((await embed(['x'], { input_type: 'query' })).status).toBe(502)
    expect((await embed(['x'], { input_type: 'passage' })).status).toBe(200)
    expect((await embed(['x'], { input_type: 'query', model: 'llama-text-embed-v2' })).status).toBe(200)
  })

  it('counts the calls that it concerns, from when it was added', async () => {
    await embed()
    emulator.faults.add({ route: '/embed', call: 2, fault: unavailable })
    expect([(await embed()).status, (await models()).status, (await embed()).status]).toEqual([200, 200, 503])
  })

  it('gives way to one added before it', async () => {
    emulator.faults.add({ call: 1, fault: { kind: 'status', status: 500 } }, { fault: unavailable })
    expect(await statuses(2)).toEqual([500, 503])
  })

  it('is gone once it is taken back or the script is cleared', async () => {
    const takeBack = emulator.faults.add({ fault: unavailable })
    emulator.faults.add({ fault: { kind: 'status', status: 500 } })
    expect(await statuses(1)).toEqual([503])
    takeBack()
    expect(await statuses(1)).toEqual([500])
    emulator.faults.clear()
    expect(await statuses(1)).toEqual([200])
  })

  it.each<[FaultRule, string]>([
    [{ call: 0, fault: unavailable }, "'call' is 0"],
    [{ call: [3, 2], fault: unavailable }, "'call' is 2"],
    [{ times: 0, fault: unavailable }, "'times' is 0"],
    [{ probability: 1.5, fault: unavailable }, '0 to 1'],
    [{ fault: { kind: 'status', status: 99 } }, '200 to 599'],
    [{ fault: { kind: 'cut', bytes: -1 } }, "'bytes' is -1"],
    [{ fault: { kind: 'malformed', as: 'odd' as 'empty' } }, 'not-json'],
    [{ fault: { kind: 'explode' as 'reset' } }, 'rate-limit'],
    [{ kind: 'reset' } as unknown as FaultRule, "'fault' is undefined; allowed: an object with a kind"],
    [{ fault: 'reset' } as unknown as FaultRule, "'fault' is reset; allowed: an object with a kind"],
    [{ route: 'embed', fault: { kind: 'reset' } }, "'route' is 'embed'; allowed: /embed, /rerank, /models"],
    [{ route: '/models/', fault: { kind: 'reset' } }, 'such as /models/llama-text-embed-v2'],
    [latency({ distribution: 'uniform', min: 300, max: 100 }), "'latency.max' is 100; allowed"],
    [latency(-1), "'latency' is -1; allowed: milliseconds"],
    [latency('200'), "'latency' is 200; allowed: milliseconds"],
    [latency(null), "'latency' is null"],
    [latency({ distribution: 'unifrom', min: 100, max: 300 }), 'allowed: uniform, normal, exponential'],
    [latency({ min: 100, max: 300 }), "'latency.distribution' is 'undefined'"],
    [latency({ distribution: 'uniform', min: 100 }), "'latency.max' is undefined"],
    [latency({ distribution: 'normal', mean: '100', deviation: 5 }), "'latency.mean' is 100"],
    [latency({ distribution: 'exponential', mean: Number.NaN }), "'latency.mean' is NaN"],
  ])('%j is refused where it is added', (rule, says) => {
    expect(() => emulator.faults.add(rule)).toThrow(says)
  })

  it.each([
    ['uniform', { distribution: 'uniform', min: 0, max: 1 }],
    ['normal', { distribution: 'normal', mean: 0, deviation: 1 }],
    ['exponential', { distribution: 'exponential', mean: 1 }],
  ])('takes a latency that is %s', async (_, given) => {
    emulator.faults.add(latency(given))
    expect((await models()).status).toBe(200)
  })

  it('drawn by chance falls the same for the same seed', async () => {
    const draw = (seed: number) =>
      withEmulator({ seed, errorRate: 0.5 }, (drawn) => statuses(20, () => call(drawn, '/models')))
    const first = await draw(7)
    expect(await draw(7)).toEqual(first)
    expect(await draw(8)).not.toEqual(first)
    expect(new Set(first)).toEqual(new Set([200, 503]))
  })
})

describe('a broken connection', () => {
  it('is reset before the answer', async () => {
    emulator.faults.add({ fault: { kind: 'reset' } })
    const error: Error & { cause?: { code?: string } } = await models().catch((caught) => caught)
    expect(error.cause?.code).toBe('ECONNRESET')
    expect(emulator.requests).toMatchObject([{ fault: 'reset', aborted: true }])
    expect(emulator.requests[0]?.status).toBeUndefined()
  })

  it('is cut after some bytes of the body', async () => {
    emulator.faults.add({ fault: { kind: 'cut', bytes: 10 } })
    const response = await fetch(`${emulator.url}/models`, { headers })
    expect(response.status).toBe(200)
    const reader = response.body?.getReader()
    const first = await reader?.read()
    expect(Buffer.from(first?.value ?? []).toString()).toBe('{"models":')
    await expect(reader?.read()).rejects.toThrow('terminated')
  })
})

describe('a stalled answer', () => {
  it('sends nothing until the client leaves', async () => {
    emulator.faults.add({ fault: { kind: 'stall', at: 'headers' } })
    const leaving = new AbortController()
    const answer = call(emulator, '/models', { signal: leaving.signal })
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1))
    leaving.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
    await vi.waitFor(() => expect(emulator.requests[0]?.aborted).toBe(true))
  })

  it('sends headers and the first bytes, then nothing until the emulator closes', async () => {
    emulator.faults.add({ fault: { kind: 'stall', at: 'body', bytes: 10 } })
    const response = await fetch(`${emulator.url}/models`, { headers })
    const reader = response.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('{"models":')
    const rest = reader?.read()
    await emulator.close()
    await expect(rest).rejects.toThrow('terminated')
  })

  it.each(['headers', 'body'] as const)('goes on when its time is over (%s)', async (at) => {
    emulator.faults.add({ fault: { kind: 'stall', at, ms: 1 } })
    const { status, body } = await models()
    expect(status).toBe(200)
    expect(contractErrors('ModelInfoList', body)).toEqual([])
  })
})

describe('a malformed body', () => {
  const texts = ['one', 'two']
  const raw = async (as: Extract<Fault, { kind: 'malformed' }>['as'], parameters = {}) => {
    emulator.faults.add({ times: 1, fault: { kind: 'malformed', as } })
    const response = await fetch(`${emulator.url}/embed`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(embedBody(texts, parameters)),
    })
    expect(response.status).toBe(200)
    return response.text()
  }
  const data = (text: string) => (JSON.parse(text) as DenseAnswer).data

  it('is not JSON, or nothing, or another object', async () => {
    expect(await raw('not-json')).toMatch(/^<html>/)
    expect(await raw('empty')).toBe('')
    expect(await raw('wrong-shape')).toBe('{"ok":true}')
  })

  it('lacks an embedding', async () => {
    expect(data(await raw('wrong-count'))).toHaveLength(1)
  })

  it('holds a vector that is too short', async () => {
    expect(data(await raw('wrong-dimension')).map(({ values }) => values.length)).toEqual([1024, 1023])
  })

  it('holds a number that is a string, or infinite', async () => {
    expect(data(await raw('wrong-type'))[1]?.values[0]).toBe('NaN')
    expect(data(await raw('non-finite'))[1]?.values[0]).toBe(Number.POSITIVE_INFINITY)
  })

  it('breaks sparse embeddings and rankings too', async () => {
    const sparse = await raw('wrong-dimension', { model: 'pinecone-sparse-english-v0' })
    const last = (JSON.parse(sparse) as { data: { sparse_values: []; sparse_indices: [] }[] }).data[1]
    expect(last?.sparse_values.length).toBe((last?.sparse_indices.length ?? 0) - 1)

    emulator.faults.add({ times: 1, fault: { kind: 'malformed', as: 'non-finite' } })
    const ranking = await call<{ data: { score: number }[] }>(emulator, '/rerank', {
      body: { model: 'bge-reranker-v2-m3', query: 'a', documents: [{ text: 'a' }] },
    })
    expect(ranking.body.data[0]?.score).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('latency', () => {
  it('is asked for each call, and adds up with another fault', async () => {
    const latency = vi.fn((number: number) => number / 1000)
    emulator.faults.add({ fault: { kind: 'latency', latency } }, { fault: unavailable })
    expect(await statuses(3)).toEqual([503, 503, 503])
    expect(latency.mock.calls).toEqual([[1], [2], [3]])
  })
})

describe('a rate limit', () => {
  const at = (seconds: number) => vi.setSystemTime(1_700_000_000_000 + seconds * 1000)

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    at(0)
  })

  it('answers 429 with the seconds to wait once the tokens of a minute are spent, and refills', async () => {
    emulator.faults.add({ fault: { kind: 'rate-limit', tokensPerMinute: 60 } })
    const sixty = 'word '.repeat(58)
    expect((await embed([sixty])).status).toBe(200)
    const refused = await embed(['one'])
    expect(refused.status).toBe(429)
    expect(contractErrors('ErrorResponse', refused.body)).toEqual([])
    expect(JSON.stringify(refused.body)).toContain('RESOURCE_EXHAUSTED')
    expect(refused.headers.get('retry-after')).toBe('3')
    at(2)
    expect((await embed(['one'])).status).toBe(429)
    at(3)
    expect((await embed(['one'])).status).toBe(200)
  })

  it('counts tokens per model and input type, and requests per model', async () => {
    const two = { requestsPerMinute: 2, tokensPerMinute: 3 }
    await withEmulator({ rateLimit: two }, async (limited) => {
      const ask = (parameters: Parameters<typeof embedBody>[1]) =>
        call(limited, '/embed', { body: embedBody(['x'], parameters) }).then(({ status }) => status)
      expect([await ask({}), await ask({})]).toEqual([200, 429])
      expect([await ask({ input_type: 'query' }), await ask({ input_type: 'query' })]).toEqual([200, 429])
      expect(await ask({ model: 'llama-text-embed-v2' })).toBe(200)
      const rerank = { body: { model: 'bge-reranker-v2-m3', query: 'a', documents: [{ text: 'a' }] } }
      expect((await call(limited, '/rerank', rerank)).status).toBe(200)
      expect((await call(limited, '/rerank', rerank)).status).toBe(200)
      expect((await call(limited, '/rerank', rerank)).status).toBe(429)
      expect((await call(limited, '/models')).status).toBe(200)
    })
  })

  it('lets a request larger than the budget through when the budget is whole', async () => {
    emulator.faults.add({ fault: { kind: 'rate-limit', tokensPerMinute: 10 } })
    expect((await embed(['word '.repeat(50)])).status).toBe(200)
    expect((await embed(['one'])).status).toBe(429)
  })

  it('charges nothing for a request that is refused for another reason', async () => {
    emulator.faults.add({ fault: { kind: 'rate-limit', requestsPerMinute: 1 } })
    expect((await embed(['x'], { truncate: 'MIDDLE' })).status).toBe(400)
    expect((await embed()).status).toBe(200)
  })
})

describe('the header X-Emulator-Fault', () => {
  const ask = (fault: string) => call(emulator, '/models', { headers: { 'x-emulator-fault': fault } })

  it('asks for a fault of one request', async () => {
    const answer = await ask('latency:1;status:503,retry-after=2')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
    expect((await models()).status).toBe(200)
  })

  it('is refused with what is allowed where it is not understood', async () => {
    for (const fault of ['explode', 'status:abc', 'rate-limit:tokens=1']) {
      const answer = await ask(fault)
      expect(answer.status).toBe(400)
      expect(contractErrors('ErrorResponse', answer.body)).toEqual([])
    }
    expect(JSON.stringify((await ask('explode')).body)).toContain('status:503')
  })
})
