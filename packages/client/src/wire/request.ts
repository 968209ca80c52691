import type { RerankDocument } from '../api/rerank.js'
import { utf8Length } from './bytes.js'

/** An input or a document as it appears in a request: encoded once, and measured once. */
export interface WireItem {
  /** Position in the caller's list. */
  readonly index: number
  readonly json: string
  /** In UTF-8, including the comma that separates it from the next. */
  readonly bytes: number
}

const TEXT_FRAME = '{"text":""},'.length

/** A text to embed. */
export function wireText(text: string, index: number): WireItem {
  return wireItem({ text }, index)
}

/** Bytes of the texts alone. */
export function textBytes(items: readonly WireItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes - TEXT_FRAME, 0)
}

export function wireItem(value: object, index: number): WireItem {
  const json = wellFormedJson(value)
  return { index, json, bytes: utf8Length(json) + 1 }
}

/** A document as the service accepts it. An object is passed on as it is, because a class may have a toJSON. */
export function documentFields(document: string | object): RerankDocument {
  return typeof document === 'string' ? { text: document } : (document as RerankDocument)
}

/**
 * JSON in which an unpaired surrogate is U+FFFD, in values and names alike. `JSON.stringify` writes `\ud83c`, and a
 * strict reader refuses the whole request for it. Half a character has no meaning that could be lost, and encoding a
 * text as UTF-8 replaces it in the same way (https://infra.spec.whatwg.org/#javascript-string-convert).
 */
export function wellFormedJson(value: unknown): string {
  const json = JSON.stringify(value)
  // Every backslash begins an escape. A pair of them is matched as one, so what follows it is text.
  return json.includes('\\ud')
    ? json.replace(/\\(ud[89a-f][0-9a-f]{2}|.)/g, (one) => (one.length > 2 ? '\ufffd' : one))
    : json
}

/** The JSON object with one more property: a list of items that are already encoded. */
export function withList(object: string, name: string, items: readonly WireItem[]): string {
  return `${object.slice(0, -1)},"${name}":[${items.map(({ json }) => json).join(',')}]}`
}

/** Parameters as the API spells them, without undefined ones. */
export function wireParameters(parameters: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const sent: [string, unknown][] = []
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) sent.push([snakeCase(name), value])
  }
  return Object.fromEntries(sent)
}

/** `maxTokensPerSequence` -> `max_tokens_per_sequence`; a name already in snake_case stays as it is. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `max_tokens_per_sequence` -> `maxTokensPerSequence`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
