import { OUTPUT_CLOSED } from './exit-code.js'

/** Ends without a word once nobody reads the output any more, as in `… | head`. */
export function quietOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(OUTPUT_CLOSED)
  })
}
