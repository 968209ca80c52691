import { PineconeInferenceError } from '../errors/inference-error.js'
import { type Call, DRAINED, onAbortOf } from '../lifetime/call.js'
import type { Batch, Item } from './plan-batches.js'
import { type Collecting, isTooLarge, namedItem, partsOf, RequestFault, suspectOf } from './refusals.js'

/** The outcome of items of a bulk call that were sent together. */
export type Piece<T extends Item, R> = Delivered<T, R> | Failed

export interface Delivered<T extends Item, R> {
  readonly batch: Batch<T>
  readonly result: R
}

export interface Failed {
  readonly batch: Batch<Item>
  /** Its `inputRange` names their positions. */
  readonly error: PineconeInferenceError
  /** Nothing more is sent. Requests on the wire are still delivered. */
  readonly isFinal: boolean
}

export interface Run<T extends Item, R> {
  readonly call: Call
  /** Slots of the client. A run that collects failures starts no more batches than this until one is accepted. */
  readonly slots: number
  /** Maximum batches that are started and not yet taken. */
  readonly window: number
  /** Whether pieces come in input order, or as they finish. */
  readonly order: 'input' | 'any'
  /** If present, the run continues after failures that do not affect every request, and finds the inputs at fault. */
  readonly collecting?: Collecting | undefined
  /** Ends the run early, after the last batch that is paid for. */
  readonly drain?: AbortSignal | undefined
  send(batch: Batch<T>, part: Call): Promise<R>
}

/** A batch that was started. */
interface StartedBatch<T extends Item, R> {
  readonly part?: Call
  /** Its requests that are on the wire or answered. To stop it would throw away what is paid for. */
  paidFor: number
  readonly pieces: Piece<T, R>[]
  /** Resolves when no more pieces follow. */
  done: Promise<void>
  isDone: boolean
  /** Not a failed request: an abort, or the source's own error. */
  thrown?: { readonly error: unknown }
  isDrained?: boolean
  /** It had a final failure. */
  hasFailed?: boolean
}

/**
 * Sends the batches of every bulk call. Takes from the source only what there is room for, keeps every slot busy,
 * splits refused batches, and yields a piece for each outcome.
 *
 * After a final failure nothing more is started, and requests on the wire finish, because they are paid for. In input
 * order, the pieces after the failed one follow it. If the consumer leaves early, the work and the source end.
 *
 * @throws the reason of an abort, at once; the source's own error, in its place
 */
export function piecesOf<T extends Item, R>(
  source: Source<T>,
  run: Run<T, R>,
): AsyncGenerator<Piece<T, R>, void> {
  return new Runner(source, run).pieces()
}

/** Batches and, in their place, items that failed before they could be sent. */
type Source<T extends Item> = Iterator<Batch<T> | Failed> | AsyncIterator<Batch<T> | Failed>

class Runner<T extends Item, R> {
  readonly #source: Source<T>
  readonly #run: Run<T, R>
  /** Only in a run that collects failures. */
  readonly #requestFault: RequestFault | undefined
  /** In input order, until their pieces are taken. */
  readonly #started: StartedBatch<T, R>[] = []
  readonly #roomMade = new Wakeup()
  readonly #progress = new Wakeup()
  #isFailed = false
  /** An error named an input that was then accepted. */
  #isMisled = false
  #isFeeding = true
  #hasSourceEnded = false

  constructor(source: Source<T>, run: Run<T, R>) {
    this.#source = source
    this.#run = run
    const { call, collecting } = run
    this.#requestFault = collecting && new RequestFault(call, collecting, () => this.#roomMade.notify())
  }

  async *pieces(): AsyncGenerator<Piece<T, R>, void> {
    const { call, drain, order } = this.#run
    const wake = () => this.#wake()
    const listening = [
      call.stopScope.onEnd(wake),
      call.abortScope.onEnd(wake),
      ...(drain ? [onAbortOf(drain, () => this.#cutTail())] : []),
    ]
    void this.#feed()
    try {
      for (;;) {
        call.abortScope.throwIfEnded()
        const one = order === 'input' ? this.#started[0] : this.#started.find(({ isDone }) => isDone)
        if (one?.isDone) {
          one.pieces.sort((a, b) => firstIndex(a) - firstIndex(b))
          for (const piece of one.pieces) {
            call.abortScope.throwIfEnded()
            if ('error' in piece && piece.isFinal) call.stop(piece.error)
            yield piece
          }
          if (one.thrown) throw one.thrown.error
          if (one.isDrained && order === 'input') break
          this.#started.splice(this.#started.indexOf(one), 1)
          this.#roomMade.notify()
        } else if (this.#started.length > 0 || (this.#isFeeding && !this.#isEnding)) {
          await this.#progress.wait()
        } else {
          break
        }
      }
    } catch (error) {
      // Requests on the wire are paid for: they finish before the error is thrown.
      call.stop(error)
      await Promise.all(this.#started.map(({ done }) => done))
      throw error
    } finally {
      for (const stopListening of listening) stopListening()
      // Only if something is still under way: creating an error takes a tenth of a query's time.
      if (this.#started.length > 0 || this.#isFeeding) call.abort(new Error('the call has ended'))
      // Not awaited: a source that waits for input could take forever.
      if (!this.#hasSourceEnded) Promise.resolve(this.#source.return?.()).catch(() => {})
    }
  }

  /** Starts batches as long as there is room for them. */
  async #feed(): Promise<void> {
    while (!this.#isEnding) {
      if (!this.#hasRoom) {
        await this.#roomMade.wait()
        continue
      }
      let next: IteratorResult<Batch<T> | Failed> | undefined
      try {
        // Avoids a promise if the source has all its batches at once.
        const given = this.#source.next()
        next = given instanceof Promise ? await given : given
      } catch (error) {
        this.#hasSourceEnded = true
        // The error takes its place in the order: what the source yielded before is delivered first.
        if (!this.#isEnding) this.#started.push({ ...settled([]), thrown: { error } })
        break
      }
      if (next.done) this.#hasSourceEnded = true
      if (next.done || this.#isEnding) break
      if ('error' in next.value) {
        this.#started.push(settled([next.value]))
        this.#progress.notify()
      } else {
        this.#start(next.value)
      }
    }
    this.#isFeeding = false
    this.#progress.notify()
  }

  get #isEnding(): boolean {
    const { call, drain } = this.#run
    return this.#isFailed || call.stopScope.hasEnded || drain?.aborted === true
  }

  get #hasRoom(): boolean {
    const { slots, window } = this.#run
    if (this.#started.length >= window) return false
    // Until one batch is accepted, none waits behind those in the slots: it might be refused like them.
    if (!this.#requestFault || this.#requestFault.hasAccepted) return true
    return this.#started.filter(({ isDone }) => !isDone).length < slots
  }

  #start(batch: Batch<T>): void {
    const { call } = this.#run
    const part = call.part((what) => {
      one.paidFor += what === 'sent' ? 1 : -1
      if (what === 'failed') this.#cutTail()
    })
    const one: StartedBatch<T, R> = { part, paidFor: 0, pieces: [], done: Promise.resolve(), isDone: false }
    const failed = (error: unknown) => {
      if (error === DRAINED) one.isDrained = true
      else if (!call.stopScope.hasEndedFor(error)) {
        one.thrown = { error }
        this.#end(error)
      }
    }
    one.done = this.#deliver(batch, part, one)
      .then(() => {}, failed)
      .finally(() => {
        part.end()
        one.isDone = true
        this.#wake()
      })
    this.#started.push(one)
  }

  /** Sends a batch and, if it is refused, its parts. Returns whether it was accepted whole. */
  async #deliver(batch: Batch<T>, part: Call, into: StartedBatch<T, R>): Promise<boolean> {
    part.stopScope.throwIfEnded()
    try {
      const result = await this.#run.send(batch, part)
      into.pieces.push({ batch, result })
      this.#requestFault?.accepted()
      return true
    } catch (error) {
      if (!(error instanceof PineconeInferenceError) || part.stopScope.hasEndedFor(error)) throw error
      const isRefused = this.#run.collecting ? error.verdict === 'input' : isTooLarge(error)
      const fault = isRefused ? await this.#requestFault?.errorFor(error, batch.length) : undefined
      if (fault || !isRefused || batch.length === 1) this.#fail(batch, fault ?? error, into)
      else await this.#deliverParts(batch, error, part, into)
      return false
    }
  }

  async #deliverParts(
    batch: Batch<T>,
    error: PineconeInferenceError,
    part: Call,
    into: StartedBatch<T, R>,
  ): Promise<void> {
    const suspect = this.#isMisled ? undefined : suspectOf(batch, error)
    for (const one of partsOf(batch, suspect)) {
      if (into.hasFailed || this.#run.call.stopScope.hasEnded) return
      const isAccepted = await this.#deliver(one, part, into)
      if (isAccepted && one.length === 1 && one[0] === suspect) this.#isMisled = true
    }
  }

  #fail(batch: Batch<T>, error: PineconeInferenceError, into: StartedBatch<T, R>): void {
    const affectsAll = !(error.verdict === 'input' || error.verdict === 'moment')
    const isFinal = !this.#run.collecting || affectsAll
    error.inputRange ??= rangeOf(batch, error)
    into.pieces.push({ batch, error, isFinal })
    if (!isFinal) return
    into.hasFailed = true
    this.#end(error)
  }

  /** Starts nothing more. In input order, the batches before the failed one continue until they are done. */
  #end(reason: unknown): void {
    this.#isFailed = true
    if (this.#run.order === 'any') this.#run.call.stop(reason)
  }

  /** When draining, stops the batches after the last one that is paid for. */
  #cutTail(): void {
    if (!this.#run.drain?.aborted) return
    for (const { part, paidFor } of this.#started.toReversed()) {
      if (paidFor > 0) break
      part?.stop(DRAINED)
    }
    this.#wake()
  }

  #wake(): void {
    this.#roomMade.notify()
    this.#progress.notify()
  }
}

/** A batch that needs no request. */
function settled<T extends Item, R>(pieces: Piece<T, R>[]): StartedBatch<T, R> {
  return { paidFor: 0, pieces, done: Promise.resolve(), isDone: true }
}

function firstIndex({ batch }: Piece<Item, unknown>): number {
  return batch[0]?.index ?? 0
}

/** From the batch's first item to its last, or only the item that the error names. */
function rangeOf(batch: Batch<Item>, error: PineconeInferenceError): [number, number] {
  const position = error.verdict === 'input' ? namedItem(error) : undefined
  const named = position === undefined ? undefined : batch[position]
  const [first, last] = named ? [named, named] : [batch[0], batch.at(-1)]
  return [first?.index ?? 0, (last?.index ?? 0) + 1]
}

/** Wakes the one that waits for it. */
class Wakeup {
  #notify = () => {}

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#notify = resolve
    })
  }

  notify(): void {
    this.#notify()
  }
}
