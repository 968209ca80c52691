import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { nextMessage } from '../next-message.js'
import type { Answered, FromEmulator, SeparateOptions } from './messages.js'

const program = fileURLToPath(new URL('./serve.ts', import.meta.url))

/** A fresh emulator in another process, so that what is measured here is the client alone. */
export class SeparateEmulator implements AsyncDisposable {
  readonly url: string
  readonly #process: ChildProcess

  private constructor(url: string, child: ChildProcess) {
    this.url = url
    this.#process = child
  }

  static async start(options: SeparateOptions = {}): Promise<SeparateEmulator> {
    const child = fork(program, [JSON.stringify(options)])
    const message = await nextMessage<FromEmulator>(child)
    if (message.kind !== 'listening') throw new Error(`The emulator said ${message.kind} before it listened`)
    return new SeparateEmulator(message.url, child)
  }

  async answered(): Promise<Answered> {
    const reply = nextMessage<FromEmulator>(this.#process)
    this.#process.send('answered?')
    const message = await reply
    if (message.kind !== 'answered')
      throw new Error(`The emulator said ${message.kind} instead of its counts`)
    return message.answered
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#process, 'exit')
    this.#process.disconnect()
    await gone
  }
}
