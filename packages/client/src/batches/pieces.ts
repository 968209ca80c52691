import { PineconeInferenceError } from '../errors/inference-error.js'
import { type Call, DRAINED, onAbortOf } from '../lifetime/call.js'
import type { Batch } from './plan-batches.js'
import { isTooLarge, namedItem, partsOf, refusedAnyway } from './refusals.js'

/** What became of consecutive items of a bulk call. */
export type Piece<R> = Delivered<R> | Failed

export interface Delivered<R> {
  /** Position of the first item in the whole input. */
  readonly start: number
  readonly count: number
  readonly result: R
}

export interface Failed {
  readonly start: number
  readonly count: number
  /** Its `inputRange` says where. */
  readonly error: PineconeInferenceError
  /** Nothing more is sent. What was on the wire is still delivered. */
  readonly isFinal: boolean
}

export interface Run<T, R> {
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

/** After this many refusals without a success, it is doubtful that any request can pass. */
const SUSPICIOUS = 8

export interface Collecting {
  /**
   * Sends one request like the others, with an input that cannot be at fault. A refused batch is split to find its bad
   * inputs; where the request as a whole is refused, for a misspelt parameter say, there are none, and all splitting
   * would only repeat it. This tells the two apart.
   */
  probe(part: Call): Promise<unknown>
}

/** A batch that was begun. */
interface Begun<R> {
  readonly part?: Call
  /** Its requests that are on the wire or answered: to stop it would throw away what is paid for. */
  paidFor: number
  readonly pieces: Piece<R>[]
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
export async function* piecesOf<T extends { readonly bytes: number }, R>(
  source: Iterator<Batch<T>> | AsyncIterator<Batch<T>>,
  run: Run<T, R>,
): AsyncGenerator<Piece<R>, void> {
  const { call, drain, collecting } = run
  const begun: Begun<R>[] = []
  const roomMade = new Alarm()
  const progress = new Alarm()
  /** Something has passed, so what is refused is refused for its inputs. */
  let canPass = false
  let refusals = 0
  let probing: Promise<boolean> | undefined
  let isFailed = false
  let sourceEnded = false
  let feeding = true

  const wake = () => {
    roomMade.ring()
    progress.ring()
  }
  const isEnding = () => isFailed || call.stopScope.hasEnded || drain?.aborted === true
  const fail = (batch: Batch<T>, error: PineconeInferenceError, into: Begun<R>) => {
    const { verdict } = error
    const isFinal = !collecting || !(verdict === 'input' || verdict === 'moment')
    error.inputRange ??= rangeOf(batch, error)
    into.pieces.push({ start: batch.start, count: batch.items.length, error, isFinal })
    if (!isFinal) return
    isFailed = true
    into.isOver = true
    // In input order, the batches before it continue until they are done.
    if (run.order === 'any') call.stop(error)
  }
  const isOver = (one: Begun<R>) => one.isOver || call.stopScope.hasEnded
  const passed = () => {
    canPass = true
    roomMade.ring()
  }
  const probe = async ({ probe }: Collecting): Promise<boolean> => {
    const part = call.part()
    try {
      await probe(part)
      return true
    } catch (error) {
      return !(error instanceof PineconeInferenceError && error.verdict === 'input')
    } finally {
      part.end()
    }
  }
  const isRefusedAnyway = async (): Promise<boolean> => {
    if (!collecting || canPass || ++refusals < SUSPICIOUS) return false
    probing ??= probe(collecting)
    if (await probing) passed()
    return !canPass
  }
  const deliver = async (batch: Batch<T>, part: Call, into: Begun<R>): Promise<void> => {
    part.stopScope.throwIfEnded()
    try {
      const result = await run.send(batch, part)
      into.pieces.push({ start: batch.start, count: batch.items.length, result })
      if (!canPass) passed()
    } catch (error) {
      if (!(error instanceof PineconeInferenceError) || part.stopScope.hasEndedFor(error)) throw error
      const isRefused = collecting ? error.verdict === 'input' : isTooLarge(error)
      if (isRefused && (await isRefusedAnyway())) return fail(batch, refusedAnyway(error), into)
      if (!isRefused || batch.items.length === 1) return fail(batch, error, into)
      for (const one of partsOf(batch, error)) if (!isOver(into)) await deliver(one, part, into)
    }
  }
  const begin = (batch: Batch<T>) => {
    const part = call.part((what) => {
      one.paidFor += what === 'sent' ? 1 : -1
      if (what === 'failed') cutTail()
    })
    const one: Begun<R> = { part, paidFor: 0, pieces: [], done: Promise.resolve(), isDone: false }
    one.done = deliver(batch, part, one)
      .catch((error: unknown) => {
        if (error === DRAINED) one.isDrained = true
        else if (!call.stopScope.hasEndedFor(error)) {
          one.thrown = { error }
          isFailed = true
          if (run.order === 'any') call.stop(error)
        }
      })
      .finally(() => {
        part.end()
        one.isDone = true
        wake()
      })
    begun.push(one)
  }
  const cutTail = () => {
    if (!drain?.aborted) return
    for (const { part, paidFor } of begun.toReversed()) {
      if (paidFor > 0) break
      part?.stop(DRAINED)
    }
    roomMade.ring()
    progress.ring()
  }
  const feed = async () => {
    while (!isEnding()) {
      // Until one has passed no batch waits behind those in the slots: it may have to be refused like them.
      const isUnsure = collecting && !canPass
      const underWay = isUnsure ? begun.filter(({ isDone }) => !isDone).length : 0
      if (begun.length >= run.window || underWay >= run.slots) {
        await roomMade.rung()
        continue
      }
      let next: IteratorResult<Batch<T>> | undefined
      try {
        // No promise in between if the source has all its batches at once.
        const given = source.next()
        next = given instanceof Promise ? await given : given
      } catch (error) {
        sourceEnded = true
        // It takes its place in line: what the source gave before is delivered first.
        if (!isEnding()) {
          begun.push({ paidFor: 0, pieces: [], done: Promise.resolve(), isDone: true, thrown: { error } })
        }
        break
      }
      if (next.done) sourceEnded = true
      if (next.done || isEnding()) break
      begin(next.value)
    }
    feeding = false
    progress.ring()
  }
  const listening = [
    call.stopScope.onEnd(wake),
    call.abortScope.onEnd(wake),
    ...(drain ? [onAbortOf(drain, cutTail)] : []),
  ]

  void feed()
  try {
    for (;;) {
      call.abortScope.throwIfEnded()
      const one = run.order === 'input' ? begun[0] : begun.find(({ isDone }) => isDone)
      if (one?.isDone) {
        one.pieces.sort((a, b) => a.start - b.start)
        for (const piece of one.pieces) {
          call.abortScope.throwIfEnded()
          if ('error' in piece && piece.isFinal) call.stop(piece.error)
          yield piece
        }
        if (one.thrown) throw one.thrown.error
        if (one.isDrained && run.order === 'input') break
        begun.splice(begun.indexOf(one), 1)
        roomMade.ring()
      } else if (one || begun.length > 0 || (feeding && !isEnding())) {
        await progress.rung()
      } else {
        break
      }
    }
  } catch (error) {
    // What is on the wire is paid for: it finishes before the error is thrown.
    call.stop(error)
    await Promise.all(begun.map(({ done }) => done))
    throw error
  } finally {
    for (const stopListening of listening) stopListening()
    call.abort(new Error('the call is over'))
    // Not awaited: a source that is being waited for could take forever.
    if (!sourceEnded) Promise.resolve(source.return?.()).catch(() => {})
  }
}

/** The batch's items, or the one that the error names. */
function rangeOf({ start, items }: Batch<unknown>, error: PineconeInferenceError): [number, number] {
  const named = error.verdict === 'input' ? namedItem(error) : undefined
  return named !== undefined && named < items.length
    ? [start + named, start + named + 1]
    : [start, start + items.length]
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
