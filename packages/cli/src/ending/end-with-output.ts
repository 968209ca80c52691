import { EXIT, OUTPUT_CLOSED } from './exit-code.js'

/**
 * Ends once the output cannot be written: without a word if nobody reads it any more, as in `… | head`. What is said of
 * a run may go unread.
 */
export function endWithOutput(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(OUTPUT_CLOSED)
    process.stderr.write(`error: the standard output cannot be written: ${error.message}\n`)
    process.exit(EXIT.refused)
  })
}
