import type { Fault, FaultRule, RateLimit } from './fault.js'
import type { Latency } from './latency.js'

/** A rule in the short form that `parseFaultRule` reads; anything without a short form is in brackets. */
export function describeRule({
  route,
  model,
  inputType,
  call,
  times,
  probability,
  fault,
}: FaultRule): string {
  const calls = call === undefined ? '' : `#${typeof call === 'number' ? call : call.join('-')}`
  const when = [
    `${route ?? ''}${calls}${times === undefined ? '' : `*${times}`}${probability === undefined ? '' : `~${probability}`}`,
    describeFault(fault),
    fault.kind === 'status' && fault.code !== undefined ? `(code ${fault.code})` : '',
    fault.kind === 'status' && fault.message !== undefined ? `(message ${fault.message})` : '',
    model === undefined ? '' : `(model ${model})`,
    inputType === undefined ? '' : `(input type ${inputType})`,
  ]
  return when.filter((part) => part !== '').join(' ')
}

function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'status':
      return options(`status:${fault.status}`, { 'retry-after': fault.retryAfter })
    case 'reset':
      return 'reset'
    case 'cut':
      return `cut:${fault.bytes}`
    case 'stall':
      return options(`stall:${fault.at}`, { bytes: fault.bytes, ms: fault.ms })
    case 'malformed':
      return `malformed:${fault.as}`
    case 'latency':
      return `latency:${describeLatency(fault.latency)}`
    case 'rate-limit':
      return `rate-limit:${describeRateLimit(fault)}`
  }
}

function describeLatency(latency: Latency): string {
  if (typeof latency === 'number') return String(latency)
  if (typeof latency === 'function') return '(a function)'
  switch (latency.distribution) {
    case 'uniform':
      return `${latency.min}-${latency.max}`
    case 'normal':
      return `(normal, mean ${latency.mean}, deviation ${latency.deviation})`
    case 'exponential':
      return `(exponential, mean ${latency.mean})`
  }
}

function describeRateLimit(limit: RateLimit): string {
  const parts = {
    plan: limit.plan,
    tokens: limit.tokensPerMinute,
    requests: limit.requestsPerMinute,
    'tokens-per-month': limit.tokensPerMonth,
    'requests-per-month': limit.requestsPerMonth,
    'retry-after': limit.retryAfter === false ? 'no' : undefined,
  }
  return options('', parts).slice(1)
}

function options(head: string, values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return [head, ...given.map(([name, value]) => `${name}=${value}`)].join(',')
}
