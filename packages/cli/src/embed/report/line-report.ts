import { sayLine } from '../../output/line.js'
import { count, figures, type Progress, type Report, sentences } from './report.js'

const INTERVAL_MS = 10_000

/** A line every ten seconds, for logs. */
export function lineReport(): Report {
  let next = performance.now() + INTERVAL_MS
  return {
    progress(progress) {
      if (performance.now() < next) return
      next = performance.now() + INTERVAL_MS
      sayLine(line(progress))
    },
    say: sayLine,
    fail: (message) => sayLine(`error: ${message}`),
    finish: (result) => sentences(result).forEach(sayLine),
    end() {},
  }
}

function line(progress: Progress): string {
  const { done, total } = progress
  const share = total ? ` of ${count(total)} (${Math.floor((100 * done) / total)} %)` : ''
  return `${count(done)}${share}, ${figures(progress)}`
}
