/** A request as the emulator received it, and its answer. */
export interface RecordedRequest {
  /** Sequence number, from 1; the answer has it in `x-pinecone-request-id`. */
  readonly id: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, unknown>>
  /** Names are in lower case; the API key is hidden. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Parsed JSON, or the text if it is not JSON; undefined without a body. */
  readonly body: unknown
  /** Milliseconds since 1970. */
  readonly at: number
  /** Requests in flight when this one arrived, itself included. */
  readonly inFlight: number
  /** The status sent; undefined before that, or if none was sent. */
  status?: number
  /** The error's message; undefined for a success. */
  message?: string
  /** The first 2,000 bytes of the answer's body, before a fault changed it. */
  answer?: string
  /** Milliseconds from arrival to the end of the answer; undefined while it is on its way. */
  duration?: number
  /** Tokens charged for an embed request. */
  tokens?: number
  /** Units charged for a rerank request. */
  rerankUnits?: number
  /** The kind of fault that it met, if any. */
  fault?: string
  /** True if the connection ended before the answer did. */
  aborted?: boolean
}

const mostRequests = 1_000
const mostBytes = 32 * 1024 * 1024

/** The most recent requests: at most a thousand, and 32 MB of bodies. */
export class RequestLog {
  readonly requests: RecordedRequest[] = []
  readonly #sizes = new WeakMap<RecordedRequest, number>()

  push(request: RecordedRequest, bytes: number): void {
    this.#sizes.set(request, bytes)
    this.requests.push(request)
    let total = this.requests.reduce((sum, kept) => sum + (this.#sizes.get(kept) ?? 0), 0)
    let drop = Math.max(0, this.requests.length - mostRequests)
    for (const old of this.requests.slice(0, drop)) total -= this.#sizes.get(old) ?? 0
    while (total > mostBytes && drop < this.requests.length - 1) {
      const oldest = this.requests[drop]
      total -= oldest ? (this.#sizes.get(oldest) ?? 0) : 0
      drop++
    }
    if (drop > 0) this.requests.splice(0, drop)
  }
}
