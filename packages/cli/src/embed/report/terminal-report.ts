import { Presets, SingleBar } from 'cli-progress'
import { sayLine } from '../../output/line.js'
import { count, duration, figures, type Progress, type Report, sentences } from './report.js'

/** A progress bar on the standard error of a terminal. */
export function terminalReport(): Report {
  let bar: SingleBar | undefined
  const clear = () => {
    bar?.stop()
    bar = undefined
  }
  // A second signal ends the process at once, and the cursor is hidden.
  process.once('exit', clear)
  const print = (line: string) => {
    clear()
    sayLine(line)
  }
  return {
    progress(progress) {
      bar ??= start(progress)
      bar.update(progress.done, { progress })
    },
    say: print,
    fail: (message) => print(`error: ${message}`),
    finish: (result) => sentences(result).forEach(print),
    end() {
      process.off('exit', clear)
      clear()
    },
  }
}

function start(progress: Progress): SingleBar {
  const { total } = progress
  const bar = new SingleBar(
    {
      format: (
        { barCompleteString, barIncompleteString },
        { progress: share, total, value },
        { progress },
      ) => {
        const { columns = 80 } = process.stderr
        const filled = (size: number) => {
          const done = Math.round(share * size)
          return `${barCompleteString?.slice(0, done)}${barIncompleteString?.slice(0, size - done)} `
        }
        return fitting(
          columns,
          progress,
          total > 0 ? { filled, percent: Math.floor((100 * value) / total) } : null,
        )
      },
      fps: 5,
      hideCursor: true,
      // The job handles signals, and restores the terminal when it ends.
      gracefulExit: false,
    },
    Presets.shades_classic,
  )
  bar.start(total ?? 0, progress.done, { progress })
  return bar
}

/** The bar, if the total is known. */
interface Bar {
  filled(size: number): string
  readonly percent: number
}

/** As much as fits the terminal: the percentage first, then the time left, then the rest. */
export function fitting(columns: number, progress: Progress, bar: Bar | null): string {
  const { done, total, secondsLeft } = progress
  const counted = total === undefined ? count(done) : `${count(done)}/${count(total)}`
  const left = secondsLeft === undefined ? '' : ` | ${duration(secondsLeft)} left`
  const share = bar ? `${bar.percent} %` : counted
  const lines = [
    ...(bar ? [24, 12].map((size) => `${bar.filled(size)}${share} | ${counted} | ${figures(progress)}`) : []),
    ...(bar ? [`${share} | ${counted} | ${figures(progress)}`] : [`${counted} | ${figures(progress)}`]),
    ...(bar ? [`${bar.filled(12)}${share}${left}`] : []),
    `${share}${left}`,
  ]
  return lines.find(({ length }) => length < columns) ?? share
}
