import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Emulator } from '@pinecone-inference/emulator'
import { progress, say } from '../report/progress.js'
import type { Contender } from './contenders.js'

export interface Result {
  readonly name: string
  /** Whether it was still running when its time was up. */
  readonly stopped: boolean
  readonly seconds: number
  readonly requests: number
  /** Requests without vectors: refused, failed or cut. */
  readonly wasted: number
  /** Vectors the service computed. */
  readonly computed: number
  /** The ids in the output, as often as they are there. */
  readonly ids: readonly string[]
}

/** Runs a contender, kills it a second after it is half way through, and runs it again to its end. */
export async function race({
  contender: { name, argv },
  service,
  input,
  output,
  total,
  timeout,
}: {
  contender: Contender
  service: Emulator
  input: string
  output: string
  total: number
  timeout: number
}): Promise<Result> {
  const begin = performance.now()
  const deadline = AbortSignal.timeout(timeout)
  const show = progress(name)

  async function run(killAt: number): Promise<void> {
    const child = spawn(process.execPath, argv(input, output), {
      env: { ...process.env, PINECONE_API_KEY: 'emulator', PINECONE_INFERENCE_URL: service.url },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: deadline,
      killSignal: 'SIGKILL',
    })
    child.stderr.resume()
    const exit = once(child, 'exit').catch(() => {})
    let killing: NodeJS.Timeout | undefined
    let reached = 0
    for await (const line of createInterface({ input: child.stdout })) {
      const { done } = JSON.parse(line)
      if (typeof done === 'number') {
        reached = done
        show(done, total)
      }
      if (done >= killAt) {
        killing ??= setTimeout(() => {
          child.kill('SIGKILL')
          say(`${name} killed at ${reached}/${total}, and started again`)
        }, 1000)
      }
    }
    await exit
    clearTimeout(killing)
  }

  await run(total / 2)
  await run(Number.POSITIVE_INFINITY)

  const answered = service.requests.filter(({ path }) => path === '/embed')
  const succeeded = answered.filter(({ status, fault }) => status === 200 && !fault)
  return {
    name,
    stopped: deadline.aborted,
    seconds: (performance.now() - begin) / 1000,
    requests: answered.length,
    wasted: answered.length - succeeded.length,
    computed: succeeded.reduce((sum, { body }) => sum + inputsOf(body), 0),
    ids: idsIn(output),
  }
}

function inputsOf(body: unknown): number {
  const { inputs } = body as { inputs?: readonly unknown[] }
  return inputs?.length ?? 0
}

function idsIn(output: string): string[] {
  if (!existsSync(output)) return []
  const lines = readFileSync(output, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line).id)
}
