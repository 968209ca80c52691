import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { BackendError } from '../backend.js'
import { readFailure } from './failure.js'
import type { Answer, Message, Methods } from './serve-thread.js'

interface Caller {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** A thread that computes while this one serves; the other side is `serveThread`. */
export class ModelThread<Info, Offered extends Methods<keyof Offered>> {
  readonly info: Info
  readonly #worker: Worker
  readonly #callers: Map<number, Caller>
  readonly #death: { error?: Error }
  #calls = 0
  #closed: Promise<void> | undefined

  private constructor(worker: Worker, info: Info) {
    this.info = info
    this.#worker = worker
    const callers = new Map<number, Caller>()
    const death: { error?: Error } = {}
    const die = (error: Error) => {
      death.error ??= error
      for (const { reject } of callers.values()) reject(death.error)
      callers.clear()
    }
    worker.on('message', (answer: Answer) => {
      if (!('id' in answer)) return
      const caller = callers.get(answer.id)
      callers.delete(answer.id)
      if (answer.kind === 'result') caller?.resolve(answer.result)
      else caller?.reject(readFailure(answer.failure))
    })
    // Out of memory, for example.
    worker.on('error', (error) => die(error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => die(new Error('the model thread has ended')))
    this.#callers = callers
    this.#death = death
  }

  /**
   * Starts the built file of this name, which lies next to the package's own.
   *
   * @throws {BackendError} if it cannot open its models
   */
  static async start<Info, Offered extends Methods<keyof Offered>>(
    file: string,
    workerData?: unknown,
  ): Promise<ModelThread<Info, Offered>> {
    // Without the process's own flags: a thread refuses `--input-type`, for example.
    const worker = new Worker(new URL(file, import.meta.url), { workerData, execArgv: [] })
    const answer = await new Promise<Answer>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`it ended with exit code ${code}`)))
    }).catch((cause: unknown) => {
      throw new BackendError(
        `The model thread does not start: ${cause instanceof Error ? cause.message : cause}`,
        { cause },
      )
    })
    if (answer.kind === 'opened') return new ModelThread(worker, answer.info as Info)
    await worker.terminate()
    throw 'failure' in answer ? readFailure(answer.failure) : new Error(`unexpected ${answer.kind}`)
  }

  /**
   * Calls a method and returns its result. Once `signal` aborts, the thread stops at the next text or batch.
   *
   * @throws the signal's reason, or what the method throws
   */
  async call<Name extends keyof Offered & string>(
    method: Name,
    argument: Parameters<Offered[Name]>[0],
    signal: AbortSignal,
  ): Promise<Awaited<ReturnType<Offered[Name]>>> {
    if (this.#death.error) throw this.#death.error
    signal.throwIfAborted()
    const id = this.#calls++
    const abort = () => this.#post({ kind: 'abort', id })
    signal.addEventListener('abort', abort, { once: true })
    try {
      return (await new Promise<unknown>((resolve, reject) => {
        this.#callers.set(id, { resolve, reject })
        this.#post({ kind: 'call', id, method, argument })
      })) as Awaited<ReturnType<Offered[Name]>>
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** Ends the thread once the current text or batch is done. May be called more than once. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    if (this.#death.error) return
    const ended = once(this.#worker, 'exit')
    this.#post({ kind: 'close' })
    await ended
  }

  #post(message: Message): void {
    this.#worker.postMessage(message)
  }
}
