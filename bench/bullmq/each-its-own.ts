import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SeparateEmulator } from '../emulator/separate-emulator.js'
import { LATENCY, ROWS, TOKENS_PER_MINUTE, WORKERS } from './kills.js'

const program = fileURLToPath(new URL('./own-budget.ts', import.meta.url))

/** The same rows in four processes without a queue, each of which believes that the whole budget is its own. */
export async function eachItsOwnBudget() {
  await using emulator = await SeparateEmulator.start({
    rateLimit: { tokensPerMinute: TOKENS_PER_MINUTE },
    latency: LATENCY,
  })
  const start = performance.now()
  const codes = await Promise.all(
    Array.from({ length: WORKERS }, async (_, i) => {
      const slice = { from: (i * ROWS) / WORKERS, to: ((i + 1) * ROWS) / WORKERS }
      const options = { url: emulator.url, tokensPerMinute: TOKENS_PER_MINUTE, rows: ROWS, ...slice }
      const [code] = await once(fork(program, [JSON.stringify(options)]), 'exit')
      return code as number
    }),
  )
  const { requests, byStatus } = await emulator.answered()
  return {
    seconds: (performance.now() - start) / 1000,
    requests,
    refused: byStatus['429'] ?? 0,
    failed: codes.filter((code) => code !== 0).length,
  }
}
