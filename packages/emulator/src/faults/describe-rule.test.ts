import { expect, it } from 'vitest'
import { describeRule } from './describe-rule.js'
import { parseFaultRule } from './parse-fault.js'

it.each([
  'reset',
  '/embed#3-5 status:503',
  '/embed#3 status:429,retry-after=2',
  '*2 stall:headers,ms=500',
  '/rerank~0.1 cut:100',
  'stall:body,bytes=20',
  'malformed:not-json',
  'latency:200',
  'latency:100-300',
  'rate-limit:plan=starter,retry-after=no',
  'rate-limit:tokens=250000,requests=60,tokens-per-month=5,requests-per-month=6',
])('%s is read, and described in the same form', (text) => {
  const rule = parseFaultRule(text)
  expect(parseFaultRule(describeRule(rule))).toEqual(rule)
  expect(describeRule(rule).replace('#3-3', '#3')).toBe(text)
})

it('anything without a short form is in brackets', () => {
  expect(describeRule({ model: 'm', inputType: 'query', fault: { kind: 'latency', latency: () => 1 } })).toBe(
    'latency:(a function) (model m) (input type query)',
  )
  expect(
    describeRule({ fault: { kind: 'status', status: 400, code: 'OUT_OF_RANGE', message: 'too far' } }),
  ).toBe('status:400 (code OUT_OF_RANGE) (message too far)')
})
