import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { WorkerOptions } from '../dist/index.js'

const program = fileURLToPath(new URL('./worker-program.mjs', import.meta.url))

/** A worker in a process of its own, which can be killed. */
export class WorkerProcess {
  readonly #process: ChildProcess
  /** Its exit code; null after a signal. */
  readonly ended: Promise<number | null>

  constructor(options: Omit<WorkerOptions, 'sink' | 'signal' | 'onError'>) {
    this.#process = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    this.ended = once(this.#process, 'exit').then(([code]) => code as number | null)
  }

  /** At once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.ended
  }

  async stop(): Promise<number | null> {
    this.#process.kill('SIGTERM')
    return this.ended
  }
}
