import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** What a child process says next. Rejects when it ends before it says anything. */
export async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const settled = new AbortController()
  const { signal } = settled
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as T),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`${child.spawnargs.slice(1).join(' ')} ended with code ${code}`)
      }),
    ])
  } finally {
    settled.abort()
  }
}
