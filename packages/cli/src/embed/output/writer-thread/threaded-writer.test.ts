import { describe, expect, it, vi } from 'vitest'
import type { Request } from './messages.js'
import { ThreadedWriter } from './threaded-writer.js'

/** A thread whose disk can be made to stand still. */
const thread = vi.hoisted(() => ({ asked: [] as Request['do'][], isStalled: false }))

vi.mock('node:worker_threads', async () => {
  const { EventEmitter } = await import('node:events')
  class Worker extends EventEmitter {
    constructor() {
      super()
      this.#answer()
    }

    postMessage(request: Request): void {
      thread.asked.push(request.do)
      if (!thread.isStalled) this.#answer()
    }

    #answer(): void {
      queueMicrotask(() => this.emit('message', { checkpoint: { records: 0, bytes: 0 } }))
    }
  }
  return { Worker }
})

describe('ThreadedWriter', () => {
  it('runs no further ahead of the disk after many checkpoints than before', async () => {
    const vectors = { dense: true, sparse: false }
    const writer = await ThreadedWriter.open('vectors.jsonl', { format: 'jsonl', vectors })
    const record = { id: 'a', values: [1] }
    for (let i = 0; i < 50; i++) {
      await writer.append(record)
      await writer.checkpoint()
    }
    thread.asked.length = 0
    thread.isStalled = true
    void (async () => {
      for (;;) await writer.append(record)
    })()
    await new Promise(setImmediate)
    expect(thread.asked).toEqual(Array(thread.asked.length).fill('append'))
    expect(thread.asked.length).toBeLessThan(10)
  })
})
