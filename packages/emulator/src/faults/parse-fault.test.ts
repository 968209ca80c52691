import { describe, expect, it } from 'vitest'
import { parseFault, parseFaultRule, parseLatency } from './parse-fault.js'

describe('parseFault', () => {
  it.each([
    ['status:503', { kind: 'status', status: 503 }],
    ['status:429,retry-after=2', { kind: 'status', status: 429, retryAfter: 2 }],
    ['reset', { kind: 'reset' }],
    ['cut:100', { kind: 'cut', bytes: 100 }],
    ['stall:headers', { kind: 'stall', at: 'headers' }],
    ['stall:body,bytes=20,ms=500', { kind: 'stall', at: 'body', bytes: 20, ms: 500 }],
    ['malformed:wrong-count', { kind: 'malformed', as: 'wrong-count' }],
    ['latency:200', { kind: 'latency', latency: 200 }],
    [
      'rate-limit:tokens=1000,requests=60',
      { kind: 'rate-limit', tokensPerMinute: 1000, requestsPerMinute: 60 },
    ],
  ])('reads %s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault)
  })

  it.each(['', 'explode', 'status', 'status:x', 'cut', 'stall:tail', 'malformed:odd', 'latency:soon'])(
    'refuses %j',
    (text) => {
      expect(() => parseFault(text)).toThrow(/allowed/)
    },
  )
})

describe('parseFaultRule', () => {
  const fault = { kind: 'reset' }
  it.each([
    ['reset', { fault }],
    ['/embed reset', { route: '/embed', fault }],
    ['/embed#3 reset', { route: '/embed', call: [3, 3], fault }],
    ['/rerank#3-5*2~0.5 reset', { route: '/rerank', call: [3, 5], times: 2, probability: 0.5, fault }],
    ['*2 reset', { times: 2, fault }],
    ['~0.1 reset', { probability: 0.1, fault }],
  ])('reads %s', (text, rule) => {
    expect(parseFaultRule(text)).toEqual(rule)
  })

  it.each(['/embed', 'embed reset', '/embd reset', '#0 reset', '~2 reset', '/embed reset now'])(
    'refuses %j',
    (text) => {
      expect(() => parseFaultRule(text)).toThrow(/allowed/)
    },
  )
})

describe('parseLatency', () => {
  it('reads a number or a range of milliseconds', () => {
    expect(parseLatency('200')).toBe(200)
    expect(parseLatency('100-300')).toEqual({ distribution: 'uniform', min: 100, max: 300 })
  })

  it('refuses a reversed range', () => {
    expect(() => parseLatency('300-100')).toThrow("'300-100' is reversed; allowed: 100-300")
  })
})
