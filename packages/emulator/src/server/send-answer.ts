import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Ending } from '../faults/fault-script.js'
import { malform } from '../faults/malform.js'
import { type Answer, errorAnswer } from '../http/answer.js'
import { ApiError } from '../http/api-error.js'

/** gRPC's names for the statuses that a fault may send, as used in the contract's error codes. */
const codes: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

/** Sends the answer that `answer` computes, or what the fault makes of it. Resolves when nothing more is sent. */
export async function sendAnswer(
  response: ServerResponse,
  answer: () => Answer | Promise<Answer>,
  fault: Exclude<Ending, { kind: 'status' }> | undefined,
  gone: AbortSignal,
): Promise<void> {
  switch (fault?.kind) {
    case undefined:
      return sendWhole(response, await answer())
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'malformed': {
      const whole = await answer()
      return sendWhole(response, { ...whole, body: malform(whole.body, fault.as) })
    }
    case 'cut': {
      const whole = await answer()
      await sendPart(response, whole, Math.min(fault.bytes, whole.body.length - 1))
      response.destroy()
      return
    }
    case 'stall': {
      if (fault.at === 'headers') {
        await stall(fault.ms, gone)
        return sendWhole(response, await answer())
      }
      const whole = await answer()
      const bytes = Math.min(fault.bytes ?? 0, whole.body.length - 1)
      await sendPart(response, whole, bytes)
      await stall(fault.ms, gone)
      response.end(whole.body.subarray(bytes))
      return
    }
  }
}

/** The error that a fault sends instead of the answer. */
export function statusAnswer(fault: Extract<Ending, { kind: 'status' }>): Answer {
  return errorAnswer(
    new ApiError(
      fault.status,
      fault.code ?? codes[fault.status] ?? 'UNKNOWN',
      fault.message ?? `A fault that the emulator was told to send: status ${fault.status}`,
      fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) },
    ),
  )
}

export function sendWhole(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer)
  response.end(answer.body)
}

/** Resolves once the bytes are handed to the socket. */
function sendPart(response: ServerResponse, answer: Answer, bytes: number): Promise<void> {
  writeHead(response, answer)
  if (bytes === 0) {
    response.flushHeaders()
    return new Promise((resolve) => setImmediate(resolve))
  }
  return new Promise((resolve) => {
    response.write(answer.body.subarray(0, bytes), () => resolve())
  })
}

function writeHead(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...headers,
  })
}

async function stall(ms: number | undefined, gone: AbortSignal): Promise<void> {
  if (ms !== undefined) {
    await delay(ms, undefined, { signal: gone })
    return
  }
  await new Promise((_, reject) => {
    if (gone.aborted) reject(gone.reason)
    gone.addEventListener('abort', () => reject(gone.reason), { once: true })
  })
}
