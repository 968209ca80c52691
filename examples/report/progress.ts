import { SingleBar } from 'cli-progress'

/** A progress bar on a terminal, a plain line at every quarter elsewhere. */
export function progress(what: string): (done: number, total: number) => void {
  if (process.stdout.isTTY) {
    const bar = new SingleBar({
      format: `${what} {bar} {value}/{total}`,
      stopOnComplete: true,
      stream: process.stdout,
    })
    return (done, total) => {
      if (!bar.isActive) bar.start(total, 0)
      bar.update(done)
    }
  }
  let quarters = 0
  return (done, total) => {
    const reached = Math.floor((4 * done) / total)
    if (reached > quarters) console.log(`${what} ${done}/${total}`)
    quarters = reached
  }
}
