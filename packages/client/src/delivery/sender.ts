import { PineconeApiError } from '../errors/api-error.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import type { HttpRequest } from '../http/exchange.js'
import type { Transport } from '../http/transport.js'
import { backoff } from './backoff.js'
import type { Call } from './call.js'
import { isRetryable } from './retry-policy.js'
import { Slots } from './slots.js'
import { wait } from './wait.js'

/** Delivers one request: waits for a slot, sends it, and sends it again where that can help. */
export class Sender {
  readonly #transport: Transport
  readonly #slots: Slots
  readonly #maxRetries: number

  constructor(transport: Transport, options: { maxConcurrency: number; maxRetries: number }) {
    this.#transport = transport
    this.#slots = new Slots(options.maxConcurrency)
    this.#maxRetries = options.maxRetries
  }

  async send(request: HttpRequest, call: Call): Promise<Buffer> {
    for (let retry = 0; ; retry++) {
      try {
        return await this.#attempt(request, call)
      } catch (error) {
        if (error instanceof PineconeInferenceError) error.attempts = retry + 1
        if (!isRetryable(error) || retry >= this.#maxRetries) throw error
        const asked = error instanceof PineconeApiError ? error.retryAfterMs : undefined
        await wait(asked ?? backoff(retry), call)
      }
    }
  }

  /** The slot is free again before the answer is looked at, so the next request does not wait for that. */
  async #attempt(request: HttpRequest, call: Call): Promise<Buffer> {
    call.throwIfStopped()
    await this.#slots.acquire(call)
    try {
      return await this.#transport.send(request, call)
    } finally {
      this.#slots.release()
    }
  }
}
