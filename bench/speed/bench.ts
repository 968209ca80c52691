import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { nextMessage } from '../next-message.js'
import type { Figures, Task } from './measure.js'
import { type Node, nodeForAll } from './node.js'
import type { Orders } from './server.js'

const node = nodeForAll()

export const nodeVersion = node.version

/** Runs `program` in a process of its own, and returns the first thing it says. */
export async function ask<T>(
  program: string,
  args: readonly string[],
  execArgv: readonly string[] = [],
  on: Node = node,
) {
  const child = start(program, args, execArgv, on)
  const [answer] = await Promise.all([nextMessage<T>(child), once(child, 'exit')])
  return answer
}

/** One server with ready-made answers for all contenders. */
export class Bench implements AsyncDisposable {
  readonly #server: ChildProcess
  readonly #url: string

  private constructor(server: ChildProcess, url: string) {
    this.#server = server
    this.#url = url
  }

  static async open(): Promise<Bench> {
    const server = start('./server.ts', [], ['--import', 'tsx'])
    return new Bench(server, await nextMessage<string>(server))
  }

  async measure(contender: string, task: Task, orders: Orders, on: Node = node): Promise<Figures> {
    const ready = nextMessage(this.#server)
    this.#server.send(orders)
    await ready
    const args = [contender, this.#url, JSON.stringify(task)]
    return await ask<Figures>('./measure.ts', args, ['--import', 'tsx'], on)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#server, 'exit')
    this.#server.disconnect()
    await gone
  }
}

function start(
  program: string,
  args: readonly string[],
  execArgv: readonly string[],
  on: Node = node,
): ChildProcess {
  return fork(fileURLToPath(new URL(program, import.meta.url)), [...args], {
    execPath: on.path,
    execArgv: [...execArgv],
  })
}
