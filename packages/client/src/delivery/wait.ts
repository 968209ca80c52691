import type { Call } from './call.js'

/** Waits `milliseconds`, or rejects with the reason as soon as the call is stopped. */
export function wait(milliseconds: number, call: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopListening = call.onStop((reason) => {
      clearTimeout(timer)
      stopListening()
      reject(reason)
    })
    const timer = setTimeout(() => {
      stopListening()
      resolve()
    }, milliseconds)
  })
}
