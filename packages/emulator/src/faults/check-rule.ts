import { planLimits } from '../../../../spec/rate-limits.js'
import { type Fault, type FaultRule, malformations, routes } from './fault.js'
import type { Latency } from './latency.js'

/** Refuses a rule that makes no sense, naming the field and what is allowed. */
export function checkRule(rule: FaultRule): void {
  const { route, call, times, probability, fault } = rule
  if (typeof fault !== 'object' || fault === null) {
    throw new RangeError(
      `fault rule: 'fault' is ${fault}; allowed: an object with a kind, as in { fault: { kind: 'reset' } }`,
    )
  }
  if (route !== undefined) checkRoute(route)
  if (call !== undefined) {
    const [from, to] = typeof call === 'number' ? [call, call] : call
    wholeNumber('call', from, 1)
    wholeNumber('call', to, from)
  }
  if (times !== undefined) wholeNumber('times', times, 1)
  if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
    throw new RangeError(`fault rule: 'probability' is ${probability}; allowed: 0 to 1`)
  }
  checkFault(fault)
}

function checkRoute(route: string): void {
  if (routes.some((one) => one === route) || /^\/(models|indexes)\/[^/]+$|^\/index\/[^/]+\/./.test(route))
    return
  throw new RangeError(
    `fault rule: 'route' is '${route}'; allowed: ${routes.join(', ')}, or a path such as /models/llama-text-embed-v2, /indexes/my-index or /index/my-index/query`,
  )
}

function checkFault(fault: Fault): void {
  switch (fault.kind) {
    case 'status':
      wholeNumber('status', fault.status, 200, 599)
      return
    case 'cut':
      wholeNumber('bytes', fault.bytes, 0)
      return
    case 'stall':
      oneOf('at', fault.at, ['headers', 'body'])
      if (fault.bytes !== undefined) wholeNumber('bytes', fault.bytes, 0)
      if (fault.ms !== undefined) positive('ms', fault.ms)
      return
    case 'malformed':
      oneOf('as', fault.as, malformations)
      return
    case 'rate-limit':
      if (fault.plan !== undefined) oneOf('plan', fault.plan, Object.keys(planLimits))
      for (const name of budgets) {
        const amount = fault[name]
        if (amount !== undefined) positive(name, amount)
      }
      return
    case 'latency':
      checkLatency(fault.latency)
      return
    case 'reset':
      return
    default:
      oneOf('kind', (fault as { kind: string }).kind, [
        'status',
        'reset',
        'cut',
        'stall',
        'malformed',
        'latency',
        'rate-limit',
      ])
  }
}

const budgets = ['tokensPerMinute', 'requestsPerMinute', 'tokensPerMonth', 'requestsPerMonth'] as const

const distributions = { uniform: ['min', 'max'], normal: ['mean', 'deviation'], exponential: ['mean'] }

function checkLatency(latency: Latency): void {
  if (typeof latency === 'function' || (typeof latency === 'number' && latency >= 0)) return
  if (typeof latency !== 'object' || latency === null) {
    throw new RangeError(
      `fault rule: 'latency' is ${latency}; allowed: milliseconds from 0, a distribution, or a function`,
    )
  }
  oneOf('latency.distribution', latency.distribution, Object.keys(distributions))
  for (const name of distributions[latency.distribution]) {
    const value: unknown = Reflect.get(latency, name)
    if (!Number.isFinite(value)) {
      throw new RangeError(`fault rule: 'latency.${name}' is ${value}; allowed: milliseconds`)
    }
  }
  if (latency.distribution === 'uniform' && latency.max < latency.min) {
    throw new RangeError(
      `fault rule: 'latency.max' is ${latency.max}; allowed: milliseconds from 'latency.min', ${latency.min}`,
    )
  }
}

function wholeNumber(name: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`
    throw new RangeError(`fault rule: '${name}' is ${value}; allowed: whole numbers ${range}`)
  }
}

function positive(name: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`fault rule: '${name}' is ${value}; allowed: numbers above 0`)
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    throw new RangeError(`fault rule: '${name}' is '${value}'; allowed: ${allowed.join(', ')}`)
  }
}
