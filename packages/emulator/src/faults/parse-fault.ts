import type { Plan } from '../../../../spec/rate-limits.js'
import { checkRule } from './check-rule.js'
import type { Fault, FaultRule, Malformation } from './fault.js'
import type { Latency } from './latency.js'

const forms =
  'status:503[,retry-after=2], reset, cut:100, stall:headers[,ms=500], stall:body[,bytes=20], malformed:not-json, latency:200, latency:100-300, rate-limit:plan=starter, rate-limit:tokens=250000[,requests=60][,retry-after=no]'

/**
 * Reads a fault from text, as in flags and the request header `X-Emulator-Fault`: `status:503,retry-after=2`,
 * `cut:100`, `stall:body,bytes=20`, `malformed:wrong-count`, `latency:100-300`.
 *
 * @throws {RangeError} saying what is allowed
 */
export function parseFault(text: string): Fault {
  const [head = '', ...rest] = text.trim().split(',')
  const [kind = '', argument = ''] = split(head, ':')
  const options = new Map(
    [...(kind === 'rate-limit' ? [argument] : []), ...rest].map((part) => split(part, '=')),
  )
  const fault = build(kind, argument, options)
  if (!fault) throw new RangeError(`fault '${text}' is not understood; allowed: ${forms}`)
  checkRule({ fault })
  return fault
}

/**
 * Reads a rule from text: `[route][#call[-call]][*times][~probability] fault`, for example
 * `/embed#3-5 status:503` or `/rerank~0.1 reset` or `*2 stall:headers`.
 *
 * @throws {RangeError} saying what is allowed
 */
export function parseFaultRule(text: string): FaultRule {
  const match = /^(?:(\/[^\s#*~]*)?(?:#(\d+)(?:-(\d+))?)?(?:\*(\d+))?(?:~([\d.]+))?\s+)?(\S+)$/.exec(
    text.trim(),
  )
  if (!match?.[6]) {
    throw new RangeError(
      `fault rule '${text}' is not understood; allowed: [route][#call[-call]][*times][~probability] fault, such as '/embed#3-5 status:503'`,
    )
  }
  const [, route, from, to, times, probability, fault] = match
  const rule: FaultRule = {
    fault: parseFault(fault ?? ''),
    ...(route ? { route } : {}),
    ...(from ? { call: [Number(from), Number(to ?? from)] as const } : {}),
    ...(times ? { times: Number(times) } : {}),
    ...(probability ? { probability: Number(probability) } : {}),
  }
  checkRule(rule)
  return rule
}

/** Reads a latency: `200` or `100-300` (uniform), in milliseconds. */
export function parseLatency(text: string): Latency {
  const match = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(text.trim())
  if (!match)
    throw new RangeError(`latency '${text}' is not understood; allowed: milliseconds such as 200 or 100-300`)
  const min = Number(match[1])
  if (match[2] === undefined) return min
  const max = Number(match[2])
  if (max < min) throw new RangeError(`latency '${text}' is reversed; allowed: ${max}-${min}`)
  return { distribution: 'uniform', min, max }
}

function build(kind: string, argument: string, options: ReadonlyMap<string, string>): Fault | undefined {
  const number = (name: string) => (options.has(name) ? readNumber(options.get(name)) : undefined)
  switch (kind) {
    case 'status': {
      const retryAfter = options.get('retry-after')
      return {
        kind,
        status: readNumber(argument),
        ...(retryAfter === undefined ? {} : { retryAfter: readNumber(retryAfter) }),
      }
    }
    case 'reset':
      return { kind }
    case 'cut':
      return { kind, bytes: readNumber(argument) }
    case 'stall':
      return {
        kind,
        at: argument as 'headers' | 'body',
        ...present('bytes', number('bytes')),
        ...present('ms', number('ms')),
      }
    case 'malformed':
      return { kind, as: argument as Malformation }
    case 'latency':
      return { kind, latency: parseLatency(argument) }
    case 'rate-limit':
      return {
        kind,
        ...(options.has('plan') ? { plan: options.get('plan') as Plan } : {}),
        ...present('tokensPerMinute', number('tokens')),
        ...present('requestsPerMinute', number('requests')),
        ...present('tokensPerMonth', number('tokens-per-month')),
        ...present('requestsPerMonth', number('requests-per-month')),
        ...(options.get('retry-after') === 'no' ? { retryAfter: false } : {}),
      }
    default:
      return undefined
  }
}

/** NaN, which `checkRule` refuses, for text that is not a number; `Number` would turn an empty one into 0. */
function readNumber(text = ''): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

function present<Name extends string>(name: Name, value: number | undefined): { [key in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: number })
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
