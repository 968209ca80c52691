import type { PineconeInference } from '@pinecone-inference/client'
import { EXIT, exitCodeOf } from '../ending/exit-code.js'
import { isExpected } from '../ending/expected-error.js'
import { StopSignal } from '../ending/stop-signal.js'
import { sayLine } from '../output/line.js'
import { connect, rateLimitOf, type ServiceOptions } from './connect.js'

/**
 * Runs `ask` with a connected client and a signal that aborts at Ctrl-C. Expected errors are printed to stderr.
 *
 * @returns the exit code
 */
export async function withService(
  options: ServiceOptions,
  ask: (client: PineconeInference, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  const stop = new StopSignal(() => {})
  try {
    const { offline = false, concurrency } = options
    const service = await connect({ offline, concurrency, rateLimit: rateLimitOf(options), say: sayLine })
    try {
      await ask(service.client, stop.requested)
      return EXIT.done
    } finally {
      await service.close()
    }
  } catch (error) {
    if (stop.requested.aborted) return stop.exitCode
    if (!isExpected(error)) throw error
    sayLine(`error: ${error.message}`)
    return exitCodeOf(error)
  } finally {
    stop.end()
  }
}
