import { EXIT, OUTPUT_CLOSED } from './exit-code.js'

/** Ends once the output cannot be written: without a word if nobody reads it any more, as in `… | head`. */
export function endWithOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(OUTPUT_CLOSED)
    process.stderr.write(`error: the standard output cannot be written: ${error.message}\n`)
    process.exit(EXIT.refused)
  })
}
