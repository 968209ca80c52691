import type { RecordedRequest } from '@pinecone-inference/emulator'
import { printable } from './line.js'

/** Characters of what a client sent that are shown. */
const LONGEST = 200

/** One line about an answered request: `12:00:00 POST /embed 200 8 ms, multilingual-e5-large, 96 inputs, 1423 tokens`; for a refusal also the reason. */
export function requestLine(request: RecordedRequest): string {
  const time = new Date(request.at).toISOString().slice(11, 19)
  const outcome = request.aborted ? 'cut off' : String(request.status ?? 'no answer')
  const facts = [
    `${Math.round(request.duration ?? 0)} ms`,
    ...bodyFacts(request.body),
    ...(request.tokens === undefined ? [] : [`${request.tokens} tokens`]),
    ...(request.fault === undefined ? [] : [`fault: ${request.fault}`]),
    ...(request.message === undefined ? [] : [shown(request.message)]),
  ]
  return `${time} ${request.method} ${shown(request.path)} ${outcome} ${facts.join(', ')}`
}

function bodyFacts(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return []
  const { model, inputs, documents } = body as { model?: unknown; inputs?: unknown; documents?: unknown }
  return [
    ...(typeof model === 'string' ? [shown(model)] : []),
    ...(Array.isArray(inputs) ? [`${inputs.length} inputs`] : []),
    ...(Array.isArray(documents) ? [`${documents.length} documents`] : []),
  ]
}

function shown(text: string): string {
  return printable(text).slice(0, LONGEST)
}
