/** What is to be told of each signal's abort. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls back on the signal's abort; returns how to take the listener away. However many listen, the signal
 * itself holds one listener of ours, and none when all are gone: Node.js warns of more than ten.
 */
export function onAbortOf(signal: AbortSignal, listener: () => void): () => void {
  const all = listeners.get(signal) ?? new Set()
  listeners.set(signal, all)
  if (all.size === 0) signal.addEventListener('abort', tellAll)
  all.add(listener)
  return () => {
    if (all.delete(listener) && all.size === 0) signal.removeEventListener('abort', tellAll)
  }
}

function tellAll(this: AbortSignal): void {
  for (const listener of new Set(listeners.get(this))) listener()
}
