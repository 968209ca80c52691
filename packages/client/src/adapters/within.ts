import { callTimeout } from '../errors/no-answer.js'
import { checkMilliseconds, checkSignal } from '../validate/values.js'

/**
 * Runs a whole call, retries included, within a time: what `timeout` means in the frameworks, where the client's is for
 * one attempt.
 *
 * @throws PineconeTimeoutError when the time has passed, with what was finished by then as `partial`
 */
export async function within<T>(
  { timeout, signal }: { timeout?: number | undefined; signal?: AbortSignal | undefined },
  call: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  checkSignal('signal', signal)
  if (timeout === undefined) return call(signal)
  checkMilliseconds('timeout', timeout)
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(callTimeout(timeout)), timeout)
  try {
    return await call(signal ? AbortSignal.any([signal, late.signal]) : late.signal)
  } finally {
    clearTimeout(timer)
  }
}
