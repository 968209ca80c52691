import { parentPort } from 'node:worker_threads'
import { type Failure, writeFailure } from './failure.js'

/** What a thread can be called for: functions whose one argument and result can be cloned. */
export type Methods<Names extends PropertyKey> = {
  readonly [Name in Names]: (argument: never, signal: AbortSignal) => Promise<unknown>
}

/** What a thread provides once its models are loaded. */
export interface Opened<Info, Offered> {
  /** What the other side needs to know about it. */
  readonly info: Info
  readonly methods: Offered
  close(): Promise<void>
}

export type Message =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly argument: unknown }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'close' }

export type Answer =
  | { readonly kind: 'opened'; readonly info: unknown }
  | { readonly kind: 'not-opened'; readonly failure: Failure }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure }

/** The thread's side of a `ModelThread`: opens what it serves, and answers until it is told to close. */
export async function serveThread<Info, Offered extends Methods<keyof Offered>>(
  open: () => Promise<Opened<Info, Offered>>,
): Promise<void> {
  const port = parentPort
  if (!port) throw new Error('this file is run as a thread')
  const answer = (message: Answer) => port.postMessage(message)
  const opened = await open().catch((error: unknown) => {
    answer({ kind: 'not-opened', failure: writeFailure(error) })
  })
  if (!opened) return
  const running = new Map<number, { abort: AbortController; ended: Promise<void> }>()
  const run = async (id: number, method: string, argument: unknown, { signal }: AbortController) => {
    try {
      const result = await opened.methods[method as keyof Offered](argument as never, signal)
      answer({ kind: 'result', id, result })
    } catch (error) {
      answer({ kind: 'failed', id, failure: writeFailure(error) })
    }
  }
  const close = async () => {
    for (const { abort } of running.values()) abort.abort()
    // Models cannot be freed while they run.
    await Promise.all([...running.values()].map(({ ended }) => ended))
    await opened.close()
  }
  port.on('message', (message: Message) => {
    if (message.kind === 'call') {
      const abort = new AbortController()
      const { id, method, argument } = message
      const ended = run(id, method, argument, abort).finally(() => running.delete(id))
      running.set(id, { abort, ended })
    } else if (message.kind === 'abort') running.get(message.id)?.abort.abort()
    else void close().finally(() => port.close())
  })
  answer({ kind: 'opened', info: opened.info })
}
