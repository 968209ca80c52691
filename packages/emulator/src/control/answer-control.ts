import type { FaultRule } from '../faults/fault.js'
import type { FaultScript } from '../faults/fault-script.js'
import { parseFaultRule } from '../faults/parse-fault.js'
import { type Answer, jsonAnswer } from '../http/answer.js'
import { ApiError } from '../http/api-error.js'
import { checkCaller, checkLoopback } from '../http/check-headers.js'
import type { Incoming } from '../http/incoming.js'
import { type Body, isObject } from '../http/read-json.js'
import type { RequestLog } from '../http/request-log.js'

export interface ControlSettings {
  readonly faults: FaultScript
  readonly log: RequestLog
}

const routes = [
  'GET /_emulator/requests',
  'DELETE /_emulator/requests',
  'GET /_emulator/rules',
  'POST /_emulator/rules',
  'PUT /_emulator/rules',
  'DELETE /_emulator/rules',
  'POST /_emulator/reset',
]

/** The control routes: read and steer a running emulator, for suites that cannot call `startEmulator`. */
export function answerControl(
  { method, path, headers }: Incoming,
  body: Body,
  address: string | undefined,
  { faults, log }: ControlSettings,
): Answer {
  checkLoopback(address)
  checkCaller(headers)
  switch (`${method} ${path}`) {
    case 'GET /_emulator/requests':
      return jsonAnswer({ requests: log.requests })
    case 'DELETE /_emulator/requests':
      log.requests.length = 0
      return jsonAnswer({ requests: [] })
    case 'POST /_emulator/rules':
      setRules(() => faults.add(...readRules(body)))
      break
    case 'PUT /_emulator/rules':
      setRules(() => faults.replace(...readRules(body)))
      break
    case 'DELETE /_emulator/rules':
      faults.clear()
      break
    case 'POST /_emulator/reset':
      faults.reset()
      log.requests.length = 0
      break
    case 'GET /_emulator/rules':
      break
    default:
      throw new ApiError(404, 'NOT_FOUND', `${method} ${path} does not exist; known: ${routes.join(', ')}`)
  }
  return jsonAnswer({ rules: faults.rules })
}

/** A list of rules, each an object or in the command line's short form. */
function readRules({ value, problem }: Body): FaultRule[] {
  if (problem !== undefined) throw ApiError.invalid(`The request's body is not JSON: ${problem}`)
  if (!Array.isArray(value)) {
    throw ApiError.invalid(
      `The request's body must be a list of rules, such as ["/embed#3 status:503", {"fault": {"kind": "latency", "latency": 200}}]`,
    )
  }
  return value.map((rule: unknown) => {
    if (typeof rule === 'string') return parseFaultRule(rule)
    if (!isObject(rule))
      throw new RangeError(`a rule is ${JSON.stringify(rule)}; allowed: a string or an object`)
    // The script checks every field.
    return rule as unknown as FaultRule
  })
}

/** Answers 400 if a rule is refused; then no rule of the list is added. */
function setRules(set: () => void): void {
  try {
    set()
  } catch (error) {
    throw error instanceof RangeError ? ApiError.invalid(error.message) : error
  }
}
