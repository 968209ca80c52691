import { type Emulator, type EmulatorOptions, startEmulator } from '../dist/index.js'

export const headers: Readonly<Record<string, string>> = {
  'api-key': 'test-key',
  'x-pinecone-api-version': '2025-10',
}

export interface Answered<Body = Record<string, unknown>> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

export interface Call {
  readonly method?: string
  readonly headers?: Record<string, string | undefined>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** One request as a bare HTTP client sends it; a body that is not a string is sent as JSON. */
export async function call<Body = Record<string, unknown>>(
  emulator: Pick<Emulator, 'url'>,
  path: string,
  { method, headers: given = {}, body, signal }: Call = {},
): Promise<Answered<Body>> {
  const merged = {
    ...headers,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...given,
  }
  const sent = Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const response = await fetch(emulator.url + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: sent,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(await response.text()) as Body,
  }
}

export interface DenseAnswer {
  readonly model: string
  readonly vector_type: string
  readonly data: readonly { readonly values: readonly number[]; readonly vector_type: string }[]
  readonly usage: { readonly total_tokens: number }
}

export interface SparseAnswer {
  readonly data: readonly {
    readonly sparse_values: readonly number[]
    readonly sparse_indices: readonly number[]
    readonly sparse_tokens?: readonly string[]
  }[]
  readonly usage: { readonly total_tokens: number }
}

export interface RankedAnswer {
  readonly model: string
  readonly data: readonly { readonly index: number; readonly score: number; readonly document?: object }[]
  readonly usage: { readonly rerank_units: number }
}

/** A body of `POST /embed`. */
export function embedBody(
  texts: readonly string[],
  { model = 'multilingual-e5-large', ...parameters }: { model?: string; [name: string]: unknown } = {},
) {
  return {
    model,
    inputs: texts.map((text) => ({ text })),
    parameters: { input_type: 'passage', ...parameters },
  }
}

/** Runs with an emulator that is closed afterwards. */
export async function withEmulator<Result>(
  options: EmulatorOptions,
  run: (emulator: Emulator) => Promise<Result>,
): Promise<Result> {
  await using emulator = await startEmulator(options)
  return await run(emulator)
}
