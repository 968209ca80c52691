import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { PineconeInference, type PineconeInferenceOptions } from '../dist/index.js'

export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  // biome-ignore lint/suspicious/noExplicitAny: whatever the client sent, looked into by the tests
  readonly body: any
}

/** Answers one request; returning nothing leaves it open. */
export type Script = (request: ReceivedRequest, response: ServerResponse, number: number) => unknown

/** A real server on a loopback socket whose every answer the test decides; closed when the test ends. */
export async function scriptedApi(script: Script) {
  const requests: ReceivedRequest[] = []
  let inFlight = 0
  let mostInFlight = 0
  let connections = 0
  const server = createServer(async (message, response) => {
    mostInFlight = Math.max(mostInFlight, ++inFlight)
    response.on('close', () => inFlight--)
    const chunks: Buffer[] = []
    for await (const chunk of message) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const request = {
      method: message.method ?? '',
      path: message.url ?? '',
      headers: message.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
    requests.push(request)
    const answer = await script(request, response, requests.length)
    if (answer !== undefined && !response.headersSent) json(response, 200, answer)
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clients: PineconeInference[] = []
  onTestFinished(async () => {
    server.closeAllConnections()
    await Promise.all(clients.map((client) => client.close()))
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    url,
    server,
    requests,
    get mostInFlight() {
      return mostInFlight
    },
    get inFlight() {
      return inFlight
    },
    get connections() {
      return connections
    },
    client(options: PineconeInferenceOptions = {}) {
      const client = new PineconeInference({ apiKey: 'pcsk_test-key', baseUrl: url, ...options })
      clients.push(client)
      return client
    },
  }
}

export function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export function errorBody(status: number, code: string, message: string) {
  return { status, error: { code, message } }
}

/** The vector of a text made from the text alone, so that a test can tell whose it is. */
export function vectorOf(text: string, dimension = 1024): number[] {
  let hash = 7
  for (const char of text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003
  // Only the first few differ, as a thousand long numbers a text would take their time.
  return Array.from({ length: dimension }, (_, i) => (i < 4 ? (hash + i) / 1_000_003 : 0))
}

/** The right answer to `POST /embed`. */
export function embedAnswer(request: ReceivedRequest) {
  const texts: string[] = request.body.inputs.map((input: { text: string }) => input.text)
  return {
    model: request.body.model,
    vector_type: 'dense',
    data: texts.map((text) => ({ vector_type: 'dense', values: vectorOf(text) })),
    usage: { total_tokens: texts.length },
  }
}

/** The relevance a document `score 0.25` gets: 0.25. */
export function scoreOf(text: string): number {
  return Number(text.split(' ').at(-1))
}

/** The right answer to `POST /rerank`. */
export function rerankAnswer(request: ReceivedRequest) {
  const { documents, top_n, rank_fields = ['text'], return_documents = true } = request.body
  const ranked = documents
    .map((document: Record<string, string>, index: number) => ({
      index,
      score: scoreOf(document[rank_fields[0]] ?? ''),
      ...(return_documents ? { document } : {}),
    }))
    .sort((a: { score: number }, b: { score: number }) => b.score - a.score)
  return { model: request.body.model, data: ranked.slice(0, top_n), usage: { rerank_units: 1 } }
}

export const E5 = { model: 'multilingual-e5-large', parameters: { inputType: 'passage' } } as const

export function texts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `text number ${i}`)
}

/** Something that a test waits for, or makes happen: `Promise.withResolvers`, which Node 20 lacks. */
export function event<T = void>() {
  let happen: (value: T) => void = () => {}
  const happened = new Promise<T>((resolve) => {
    happen = resolve
  })
  return { happened, happen }
}
