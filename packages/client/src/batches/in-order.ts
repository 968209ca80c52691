import { onAbortOf } from '../delivery/abort-listeners.js'
import type { Call } from '../delivery/call.js'
import { DRAINED, isDrained } from '../delivery/drain.js'
import type { Batch } from './plan-batches.js'

/**
 * Runs `work` on batches as their source yields them and yields the results in input order.
 *
 * At most `window` batches are started and not yet taken by the consumer; the source is asked for more only
 * when there is room. Work goes on while the consumer is busy. After a failure everything before it is still
 * yielded, then its error is thrown. A consumer that leaves early ends the work and the source.
 *
 * Once `drain` aborts nothing more is started, and the results end after the last batch that is paid for: those before
 * it, which may be waiting for another attempt, go on.
 */
export async function* inOrder<T, R>(
  source: AsyncIterator<Batch<T>>,
  { window, call, drain }: { window: number; call: Call; drain: AbortSignal | undefined },
  work: (batch: Batch<T>, part: Call) => Promise<R>,
): AsyncGenerator<R, void> {
  const started: { readonly part?: Call; readonly outcome: Promise<Outcome<R>> }[] = []
  const roomMade = new Alarm()
  const progress = new Alarm()
  let failed = false
  let sourceEnded = false
  let feeding = true

  /** Never rejects, so a failure behind the head of the line is no unhandled rejection. */
  const outcome = async (batch: Batch<T>, part: Call): Promise<Outcome<R>> => {
    try {
      return { value: await work(batch, part) }
    } catch (error) {
      failed = true
      return { error }
    } finally {
      part.end()
    }
  }
  const cutTail = () => {
    if (!drain?.aborted) return
    for (const { part } of started.toReversed()) {
      if (part?.isPaidFor) break
      part?.stop(DRAINED)
    }
    roomMade.ring()
    progress.ring()
  }
  const isEnding = () => call.stopped || drain?.aborted === true
  const feed = async () => {
    while (!failed && !isEnding()) {
      if (started.length >= window) {
        await roomMade.rung()
        continue
      }
      const next = await source.next().catch((error: unknown) => ({ error }))
      if (isEnding()) break
      if ('error' in next || next.done) {
        sourceEnded = true
        // The source's own failure takes its place in line: what it gave before is delivered first.
        if ('error' in next) started.push({ outcome: Promise.resolve(next) })
        break
      }
      const part = call.part(cutTail)
      started.push({ part, outcome: outcome(next.value, part) })
      progress.ring()
    }
    feeding = false
    progress.ring()
  }
  const listening = [
    call.onStop(() => {
      roomMade.ring()
      progress.ring()
    }),
    ...(drain ? [onAbortOf(drain, cutTail)] : []),
  ]

  void feed()
  try {
    for (;;) {
      call.throwIfAborted()
      const head = started[0]
      if (head) {
        const result = await head.outcome
        if ('error' in result) {
          if (isDrained(result.error)) break
          throw result.error
        }
        yield result.value
        started.shift()
        roomMade.ring()
      } else if (feeding && !isEnding()) {
        await progress.rung()
      } else {
        break
      }
    }
  } catch (error) {
    // What is on the wire is paid for: let it finish before the error is thrown.
    call.stop(error)
    await Promise.all(started.map(({ outcome }) => outcome))
    throw error
  } finally {
    call.abandon(new Error('the stream was left'))
    for (const stopListening of listening) stopListening()
    // Not awaited: a source that is being waited for could take forever.
    if (!sourceEnded) source.return?.().catch(() => {})
  }
}

type Outcome<R> = { value: R } | { error: unknown }

/** Wakes the one who waits for it. */
class Alarm {
  #ring = () => {}

  rung(): Promise<void> {
    return new Promise((resolve) => {
      this.#ring = resolve
    })
  }

  ring(): void {
    this.#ring()
  }
}
