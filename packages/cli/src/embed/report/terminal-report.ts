import { Presets, SingleBar } from 'cli-progress'
import { sayLine } from '../../output/say-line.js'
import { count, figures, type Progress, type Report, sentences } from './report.js'

/** A bar on a terminal's standard error. */
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
      bar.update(progress.done, { figures: figures(progress), counted: counted(progress) })
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
      format: total === undefined ? '{counted} | {figures}' : '{bar} {percentage} % | {counted} | {figures}',
      barsize: 24,
      fps: 5,
      hideCursor: true,
      // a signal is for the job, which puts the terminal in order when it ends
      gracefulExit: false,
    },
    Presets.shades_classic,
  )
  bar.start(total ?? 0, progress.done, { figures: figures(progress), counted: counted(progress) })
  return bar
}

function counted({ done, total }: Progress): string {
  return total === undefined ? count(done) : `${count(done)}/${count(total)}`
}
