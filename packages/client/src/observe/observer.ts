import { type CountedUsage, channels, type RequestAttempt } from './events.js'
import { UsageMeter, type UsageReport } from './usage-meter.js'

/** Tells whoever listens what is sent and what came of it. */
export class Observer {
  readonly #meter: UsageMeter | undefined

  constructor(onUsage: ((report: UsageReport) => void) | undefined) {
    this.#meter = onUsage && new UsageMeter(onUsage)
  }

  started(request: RequestAttempt): void {
    if (channels.start.hasSubscribers) channels.start.publish({ request })
  }

  succeeded(request: RequestAttempt, latencyMs: number, usage: CountedUsage): void {
    if (request.model) this.#meter?.count(request.model, usage)
    if (channels.end.hasSubscribers) channels.end.publish({ request, latencyMs, usage })
  }

  failed(request: RequestAttempt, latencyMs: number, error: unknown): void {
    if (channels.end.hasSubscribers) channels.end.publish({ request, latencyMs, error })
  }

  retrying(request: RequestAttempt, error: unknown): void {
    if (channels.retry.hasSubscribers) channels.retry.publish({ request, error })
  }
}
