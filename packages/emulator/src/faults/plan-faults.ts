import { ApiError } from '../http/api-error.js'
import type { Incoming } from '../http/incoming.js'
import { type Body, field, isObject } from '../http/read-json.js'
import type { FaultPlan, FaultScript } from './fault-script.js'
import { drawLatency } from './latency.js'
import { parseFault } from './parse-fault.js'
import type { Random } from './random.js'

/** A request may choose its own fault: `X-Emulator-Fault: status:503,retry-after=1` (several are joined by `;`). */
const faultHeader = 'x-emulator-fault'

/** Adds the request's own header to the script: its fault replaces the script's, its latency is added. */
export function planFaults(
  faults: FaultScript,
  random: Random,
  { route, request, body }: { route: string; request: Incoming; body: Body },
): FaultPlan {
  const scripted = faults.next({ route, path: request.path, ...modelOf(body) })
  const asked = request.headers[faultHeader]
  return typeof asked === 'string'
    ? asked.split(';').reduce((plan, text) => addFault(plan, text, random), scripted)
    : scripted
}

function modelOf({ value }: Body): { model?: string; inputType?: string } {
  if (!isObject(value)) return {}
  const model = field(value, 'model')
  const parameters = field(value, 'parameters')
  const inputType = isObject(parameters) ? field(parameters, 'input_type') : undefined
  return {
    ...(typeof model === 'string' ? { model } : {}),
    ...(typeof inputType === 'string' ? { inputType } : {}),
  }
}

function addFault(plan: FaultPlan, text: string, random: Random): FaultPlan {
  const fault = readFault(text)
  switch (fault.kind) {
    case 'latency':
      return { ...plan, latency: plan.latency + drawLatency(fault.latency, 1, random) }
    case 'rate-limit':
      throw ApiError.invalid(
        `Header 'X-Emulator-Fault': a rate limit spans requests; ask for status:429,retry-after=1`,
      )
    default:
      return { ...plan, ending: fault }
  }
}

function readFault(text: string) {
  try {
    return parseFault(text)
  } catch (error) {
    throw ApiError.invalid(`Header 'X-Emulator-Fault': ${error instanceof Error ? error.message : error}`)
  }
}
