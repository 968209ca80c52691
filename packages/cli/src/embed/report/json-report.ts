import type { Report } from './report.js'

const INTERVAL_MS = 1_000

/** A JSON object per line, for programs. */
export function jsonReport(stream: NodeJS.WritableStream): Report {
  const print = (line: object) => void stream.write(`${JSON.stringify(line, toThousandths)}\n`)
  let next = 0
  return {
    progress(progress) {
      if (performance.now() < next) return
      next = performance.now() + INTERVAL_MS
      print({ event: 'progress', ...progress })
    },
    say: (message) => print({ event: 'message', message }),
    fail: (message) => print({ event: 'error', message }),
    finish: (result) => print({ event: 'done', ...result }),
    end() {},
  }
}

function toThousandths(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value
}
