import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
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
  const [answer] = await Promise.all([firstMessage(child), once(child, 'exit')])
  return answer as T
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
    return new Bench(server, (await firstMessage(server)) as string)
  }

  async measure(contender: string, task: Task, orders: Orders, on: Node = node): Promise<Figures> {
    const ready = firstMessage(this.#server)
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

/** Rejects when the process ends before it says anything. */
async function firstMessage(child: ChildProcess): Promise<unknown> {
  const settled = new AbortController()
  const { signal } = settled
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as unknown),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`${child.spawnargs.slice(-3, -1).join(' ')} ended with code ${code}`)
      }),
    ])
  } finally {
    settled.abort()
  }
}
