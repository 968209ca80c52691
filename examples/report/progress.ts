import { MultiBar } from 'cli-progress'

let bars: MultiBar | undefined

/** A progress bar on a terminal, below those that are there; elsewhere a plain line at every quarter. */
export function progress(what: string): (done: number, total: number) => void {
  if (process.stdout.isTTY) {
    bars ??= new MultiBar({
      format: '{what} {bar} {value}/{total}',
      stopOnComplete: true,
      stream: process.stdout,
    })
    const bar = bars.create(1, 0, { what })
    return (done, total) => {
      bar.setTotal(total)
      bar.update(done)
    }
  }
  let quarters = 0
  return (done, total) => {
    const reached = Math.floor((4 * done) / total)
    if (reached > quarters) console.log(`${what} ${done}/${total}`)
    quarters = Math.max(quarters, reached)
  }
}

/** A line for the reader, above the bars if there are any. */
export function say(line: string): void {
  if (bars) bars.log(`${line}\n`)
  else console.log(line)
}
