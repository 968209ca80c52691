import type { CallOptions, CallResponse, PineconeInference } from '@pinecone-inference/client'

/** One `doEmbed` or `doRerank`: what the client is asked with, and what is known of its answers. */
export class SdkCall {
  /** What was asked for beside texts, which stay out of errors. */
  parameters: Readonly<Record<string, unknown>> = {}
  #client: PineconeInference | undefined
  #lastResponse: CallResponse | undefined

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
      },
    }
  }

  get url(): string {
    return `${this.#client?.baseUrl ?? ''}${this.path}`
  }

  /** Whether the client leaves trying again to the SDK. */
  get leavesRetriesToSdk(): boolean {
    return this.#client?.maxRetries === 0
  }

  /** Headers of the last answer: the only one, where everything fits in a request. */
  get response(): { headers?: Record<string, string> } {
    return this.#lastResponse ? { headers: { ...this.#lastResponse.headers } } : {}
  }

  /** Headers of the answer with this status, if it was the last. */
  responseWith(status: number): { responseHeaders?: Record<string, string> } {
    if (this.#lastResponse?.status !== status) return {}
    return { responseHeaders: { ...this.#lastResponse.headers } }
  }
}

/** Without the SDK's `user-agent`, which is its own (`ai/7.0.173`): the client has one. */
function ownHeaders(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && name.toLowerCase() !== 'user-agent') given[name] = value
  }
  return given
}
