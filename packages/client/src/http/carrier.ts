/** One request, whole and ready. */
export interface WireRequest {
  readonly method: 'GET' | 'POST'
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** Hears of one answer: its head, its bytes, then its end or, at any point instead, a failure. */
export interface Receiver {
  onHead(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void
  onData(chunk: Uint8Array): void
  onEnd(): void
  onFailure(cause: unknown): void
}

/** Puts a request on the wire, and returns how to abort it. It follows no redirects and keeps no time. */
export type Carrier = (request: WireRequest, receiver: Receiver) => (reason: Error) => void
