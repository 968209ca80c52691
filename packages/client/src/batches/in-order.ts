import type { Call } from '../delivery/call.js'
import type { Batch } from './plan-batches.js'

/**
 * Runs `work` on batches as their source yields them and yields the results in input order.
 *
 * At most `window` batches are started and not yet taken by the consumer; the source is asked for more only
 * when there is room. Work goes on while the consumer is busy. After a failure everything before it is still
 * yielded, then its error is thrown. A consumer that leaves early ends the work and the source.
 */
export async function* inOrder<T, R>(
  source: AsyncIterator<Batch<T>>,
  window: number,
  call: Call,
  work: (batch: Batch<T>) => Promise<R>,
): AsyncGenerator<R, void> {
  const started: Promise<Outcome<R>>[] = []
  const roomMade = new Alarm()
  const progress = new Alarm()
  let failed = false
  let sourceEnded = false
  let feeding = true

  /** Never rejects, so a failure behind the head of the line is no unhandled rejection. */
  const outcome = (result: Promise<R>): Promise<Outcome<R>> =>
    result.then(
      (value) => ({ value }),
      (error: unknown) => {
        failed = true
        return { error }
      },
    )
  const feed = async () => {
    while (!failed && !call.stopped) {
      if (started.length >= window) {
        await roomMade.rung()
        continue
      }
      const next = await source.next().catch((error: unknown) => ({ error }))
      if (call.stopped) break
      if ('error' in next || next.done) {
        sourceEnded = true
        // The source's own failure takes its place in line: what it gave before is delivered first.
        if ('error' in next) started.push(Promise.resolve(next))
        break
      }
      started.push(outcome(work(next.value)))
      progress.ring()
    }
    feeding = false
    progress.ring()
  }
  const stopListening = call.onStop(() => {
    roomMade.ring()
    progress.ring()
  })

  void feed()
  try {
    for (;;) {
      call.throwIfAborted()
      const head = started[0]
      if (head) {
        const result = await head
        if ('error' in result) throw result.error
        yield result.value
        started.shift()
        roomMade.ring()
      } else if (feeding && !call.stopped) {
        await progress.rung()
      } else {
        break
      }
    }
  } catch (error) {
    // What is on the wire is paid for: let it finish before the error is thrown.
    call.stop(error)
    await Promise.all(started)
    throw error
  } finally {
    call.abandon(new Error('the stream was left'))
    stopListening()
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
