import { EXIT } from './exit-code.js'

/** 128 plus the number of SIGPIPE, as other programs end when nobody reads their output. */
const OUTPUT_CLOSED = 141

/**
 * Ends the process when the standard output cannot be written; without a message if its reader has gone, as in
 * `… | head`. A closed standard error ends nothing.
 */
export function endWithOutput(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(OUTPUT_CLOSED)
    process.stderr.write(`error: the standard output cannot be written: ${error.message}\n`)
    process.exit(EXIT.refused)
  })
}
