import type { CallOptions, CallResponse, PineconeInference } from '@pinecone-inference/client'

/** One `doEmbed` or `doRerank`: the options it passes to the client, and the answers it hears of. */
export class SdkCall {
  /** What the call requests. Texts are left out, so that errors do not contain them. */
  parameters: Readonly<Record<string, unknown>> = {}
  #client: PineconeInference | undefined
  #lastResponse: CallResponse | undefined
  readonly #lastOfStatus = new Map<number, CallResponse>()

  constructor(
    readonly path: '/embed' | '/rerank',
    readonly modelId: string,
    readonly abortSignal: AbortSignal | undefined,
    readonly headers: Readonly<Record<string, string | undefined>> = {},
  ) {}

  with(client: PineconeInference): PineconeInference {
    this.#client = client
    return client
  }

  get options(): CallOptions {
    return {
      signal: this.abortSignal,
      headers: ownHeaders(this.headers),
      onResponse: (response) => {
        this.#lastResponse = response
        this.#lastOfStatus.set(response.status, response)
      },
    }
  }

  get url(): string {
    return `${this.#client?.baseUrl ?? ''}${this.path}`
  }

  /** Whether the client leaves retries to the SDK. */
  get leavesRetriesToSdk(): boolean {
    return this.#client?.maxRetries === 0
  }

  /** Headers of the last answer, the only one if everything fits into one request. */
  get response(): { headers?: Record<string, string> } {
    return this.#lastResponse ? { headers: { ...this.#lastResponse.headers } } : {}
  }

  /** Headers of the last answer with this status; others may have followed it. */
  responseWith(status: number): { responseHeaders?: Record<string, string> } {
    const response = this.#lastOfStatus.get(status)
    return response ? { responseHeaders: { ...response.headers } } : {}
  }
}

/** Without the SDK's `user-agent` (`ai/7.0.173`), because the client sends its own. */
function ownHeaders(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && name.toLowerCase() !== 'user-agent') given[name] = value
  }
  return given
}
