import { PineconeInferenceError } from '../errors/inference-error.js'
import { type Call, DRAINED, onAbortOf } from '../lifetime/call.js'
import type { Batch, Item } from './plan-batches.js'
import { type Collecting, isTooLarge, namedItem, partsOf, refusedAnyway, WholeRefusal } from './refusals.js'

/** What became of items of a bulk call that were sent together. */
export type Piece<T extends Item, R> = Delivered<T, R> | Failed

export interface Delivered<T extends Item, R> {
  readonly batch: Batch<T>
  readonly result: R
}

export interface Failed {
  readonly batch: Batch<Item>
  /** Its `inputRange` says where. */
  readonly error: PineconeInferenceError
  /** Nothing more is sent. What was on the wire is still delivered. */
  readonly isFinal: boolean
}

export interface Run<T extends Item, R> {
  readonly call: Call
  /** Requests in flight at most. */
  readonly slots: number
  /** Batches that are begun and not yet taken at most. */
  readonly window: number
  /** In input order, or as they are finished. */
  readonly order: 'input' | 'any'
  /**
   * If present, the run continues after a failure that does not concern every request, and looks for the inputs at
   * fault.
   */
  readonly collecting?: Collecting | undefined
  /** Ends the run early, after the last batch that is paid for. */
  readonly drain?: AbortSignal | undefined
  send(batch: Batch<T>, part: Call): Promise<R>
}

/** A batch that was begun. */
interface Begun<T extends Item, R> {
  readonly part?: Call
  /** Its requests that are on the wire or answered: to stop it would throw away what is paid for. */
  paidFor: number
  readonly pieces: Piece<T, R>[]
  /** Resolves when nothing more comes of it. */
  done: Promise<void>
  isDone: boolean
  /** Not a failure of the service: an abort, or the source's own error. */
  thrown?: { readonly error: unknown }
  isDrained?: boolean
  /** It had a final failure. */
  isOver?: boolean
}

/**
 * How every bulk call sends its batches: it asks the source only for what there is room for, keeps every slot busy,
 * splits what is refused, and yields a piece for each outcome.
 *
 * After a final failure nothing more is begun, and what is on the wire finishes, as it is paid for. In input order, the
 * pieces that come after the failed one follow it. A consumer that leaves early ends the work and the source.
 *
 * @throws the reason of an abort at once; the source's own error in its place
 */
export function piecesOf<T extends Item, R>(
  source: Source<T>,
  run: Run<T, R>,
): AsyncGenerator<Piece<T, R>, void> {
  return new Runner(source, run).pieces()
}

/** Batches, and in their place items that have failed before they could be sent. */
type Source<T extends Item> = Iterator<Batch<T> | Failed> | AsyncIterator<Batch<T> | Failed>

class Runner<T extends Item, R> {
  readonly #source: Source<T>
  readonly #run: Run<T, R>
  /** In a run that continues after a refusal. */
  readonly #wholeRefusal: WholeRefusal | undefined
  /** In input order, until their pieces are taken. */
  readonly #begun: Begun<T, R>[] = []
  readonly #roomMade = new Alarm()
  readonly #progress = new Alarm()
  #isFailed = false
  #isFeeding = true
  #hasSourceEnded = false

  constructor(source: Source<T>, run: Run<T, R>) {
    this.#source = source
    this.#run = run
    const { call, collecting } = run
    this.#wholeRefusal = collecting && new WholeRefusal(call, collecting, () => this.#roomMade.ring())
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
        const one = order === 'input' ? this.#begun[0] : this.#begun.find(({ isDone }) => isDone)
        if (one?.isDone) {
          one.pieces.sort((a, b) => firstOf(a) - firstOf(b))
          for (const piece of one.pieces) {
            call.abortScope.throwIfEnded()
            if ('error' in piece && piece.isFinal) call.stop(piece.error)
            yield piece
          }
          if (one.thrown) throw one.thrown.error
          if (one.isDrained && order === 'input') break
          this.#begun.splice(this.#begun.indexOf(one), 1)
          this.#roomMade.ring()
        } else if (this.#begun.length > 0 || (this.#isFeeding && !this.#isEnding)) {
          await this.#progress.rung()
        } else {
          break
        }
      }
    } catch (error) {
      // What is on the wire is paid for: it finishes before the error is thrown.
      call.stop(error)
      await Promise.all(this.#begun.map(({ done }) => done))
      throw error
    } finally {
      for (const stopListening of listening) stopListening()
      // Only for what is still under way: to make an error takes a tenth of a query's time.
      if (this.#begun.length > 0 || this.#isFeeding) call.abort(new Error('the call is over'))
      // Not awaited: a source that is being waited for could take forever.
      if (!this.#hasSourceEnded) Promise.resolve(this.#source.return?.()).catch(() => {})
    }
  }

  /** Begins batches as long as there is room for them. */
  async #feed(): Promise<void> {
    while (!this.#isEnding) {
      if (!this.#hasRoom) {
        await this.#roomMade.rung()
        continue
      }
      let next: IteratorResult<Batch<T> | Failed> | undefined
      try {
        // No promise in between if the source has all its batches at once.
        const given = this.#source.next()
        next = given instanceof Promise ? await given : given
      } catch (error) {
        this.#hasSourceEnded = true
        // It takes its place in line: what the source gave before is delivered first.
        if (!this.#isEnding) this.#begun.push({ ...over([]), thrown: { error } })
        break
      }
      if (next.done) this.#hasSourceEnded = true
      if (next.done || this.#isEnding) break
      if ('error' in next.value) {
        this.#begun.push(over([next.value]))
        this.#progress.ring()
      } else {
        this.#begin(next.value)
      }
    }
    this.#isFeeding = false
    this.#progress.ring()
  }

  get #isEnding(): boolean {
    const { call, drain } = this.#run
    return this.#isFailed || call.stopScope.hasEnded || drain?.aborted === true
  }

  get #hasRoom(): boolean {
    const { slots, window } = this.#run
    if (this.#begun.length >= window) return false
    // Until one has passed no batch waits behind those in the slots: it may have to be refused like them.
    return !this.#wholeRefusal?.isPossible || this.#begun.filter(({ isDone }) => !isDone).length < slots
  }

  #begin(batch: Batch<T>): void {
    const { call } = this.#run
    const part = call.part((what) => {
      one.paidFor += what === 'sent' ? 1 : -1
      if (what === 'failed') this.#cutTail()
    })
    const one: Begun<T, R> = { part, paidFor: 0, pieces: [], done: Promise.resolve(), isDone: false }
    one.done = this.#deliver(batch, part, one)
      .catch((error: unknown) => {
        if (error === DRAINED) one.isDrained = true
        else if (!call.stopScope.hasEndedFor(error)) {
          one.thrown = { error }
          this.#end(error)
        }
      })
      .finally(() => {
        part.end()
        one.isDone = true
        this.#wake()
      })
    this.#begun.push(one)
  }

  async #deliver(batch: Batch<T>, part: Call, into: Begun<T, R>): Promise<void> {
    part.stopScope.throwIfEnded()
    try {
      const result = await this.#run.send(batch, part)
      into.pieces.push({ batch, result })
      this.#wholeRefusal?.ruleOut()
    } catch (error) {
      if (!(error instanceof PineconeInferenceError) || part.stopScope.hasEndedFor(error)) throw error
      const isRefused = this.#run.collecting ? error.verdict === 'input' : isTooLarge(error)
      if (isRefused && (await this.#wholeRefusal?.isCertain(batch.length)))
        return this.#fail(batch, refusedAnyway(error), into)
      if (!isRefused || batch.length === 1) return this.#fail(batch, error, into)
      for (const one of partsOf(batch, error)) {
        if (!into.isOver && !this.#run.call.stopScope.hasEnded) await this.#deliver(one, part, into)
      }
    }
  }

  #fail(batch: Batch<T>, error: PineconeInferenceError, into: Begun<T, R>): void {
    const concernsAll = !(error.verdict === 'input' || error.verdict === 'moment')
    const isFinal = !this.#run.collecting || concernsAll
    error.inputRange ??= rangeOf(batch, error)
    into.pieces.push({ batch, error, isFinal })
    if (!isFinal) return
    into.isOver = true
    this.#end(error)
  }

  /** Begins nothing more. In input order, the batches before the failed one continue until they are done. */
  #end(reason: unknown): void {
    this.#isFailed = true
    if (this.#run.order === 'any') this.#run.call.stop(reason)
  }

  /** When draining, stops the batches after the last one that is paid for. */
  #cutTail(): void {
    if (!this.#run.drain?.aborted) return
    for (const { part, paidFor } of this.#begun.toReversed()) {
      if (paidFor > 0) break
      part?.stop(DRAINED)
    }
    this.#wake()
  }

  #wake(): void {
    this.#roomMade.ring()
    this.#progress.ring()
  }
}

/** Nothing has to be sent for it. */
function over<T extends Item, R>(pieces: Piece<T, R>[]): Begun<T, R> {
  return { paidFor: 0, pieces, done: Promise.resolve(), isDone: true }
}

function firstOf({ batch }: Piece<Item, unknown>): number {
  return batch[0]?.index ?? 0
}

/** From the first of the batch's items to the last, or the one that the error names. */
function rangeOf(batch: Batch<Item>, error: PineconeInferenceError): [number, number] {
  const position = error.verdict === 'input' ? namedItem(error) : undefined
  const named = position === undefined ? undefined : batch[position]
  const [first, last] = named ? [named, named] : [batch[0], batch.at(-1)]
  return [first?.index ?? 0, (last?.index ?? 0) + 1]
}

/** Wakes whoever waits for it. */
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
