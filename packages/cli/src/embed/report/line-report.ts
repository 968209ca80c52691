import { count, figures, type Progress, type Report, sentence } from './report.js'

const INTERVAL_MS = 10_000

/** A line now and then, for a log. */
export function lineReport(): Report {
  const print = (line: string) => void process.stderr.write(`${line}\n`)
  let next = performance.now() + INTERVAL_MS
  return {
    progress(progress) {
      if (performance.now() < next) return
      next = performance.now() + INTERVAL_MS
      print(line(progress))
    },
    say: print,
    fail: (message) => print(`error: ${message}`),
    finish: (result) => print(sentence(result)),
    end() {},
  }
}

function line(progress: Progress): string {
  const { done, total } = progress
  const share = total ? ` of ${count(total)} (${Math.floor((100 * done) / total)} %)` : ''
  return `${count(done)}${share}, ${figures(progress)}`
}
