/** Milliseconds that requests under way get to finish after the first signal. */
const GRACE_MS = 10_000

const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
type StopSignalName = keyof typeof CODES
const SIGNALS: readonly StopSignalName[] = ['SIGHUP', 'SIGINT', 'SIGTERM']

/** Handles SIGINT, SIGTERM and SIGHUP while a job runs: the first asks it to stop, the second ends the process. */
export class StopSignal {
  readonly #requested = new AbortController()
  readonly #overdue = new AbortController()
  #signal: StopSignalName | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(onFirst: () => void) {
    this.#onFirst = onFirst
    for (const signal of SIGNALS) process.on(signal, this.#received)
  }

  /** Aborts at the first signal: begin nothing new. */
  get requested(): AbortSignal {
    return this.#requested.signal
  }

  /** Aborts when requests under way have taken too long to finish. */
  get overdue(): AbortSignal {
    return this.#overdue.signal
  }

  /** 128 plus the signal's number, as in shells. */
  get exitCode(): number {
    return CODES[this.#signal ?? 'SIGINT']
  }

  /** Removes the listeners. */
  end(): void {
    clearTimeout(this.#timer)
    for (const signal of SIGNALS) process.off(signal, this.#received)
  }

  readonly #onFirst: () => void
  readonly #received = (signal: StopSignalName) => {
    // The files on disk are as good as after a kill.
    if (this.#signal) process.exit(this.exitCode)
    this.#signal = signal
    this.#requested.abort()
    this.#timer = setTimeout(() => this.#overdue.abort(), GRACE_MS)
    this.#onFirst()
  }
}
