import { printable } from './printable.js'

/** A line on the standard error. What it shows of an input, or of the service's words, does not steer the terminal. */
export function sayLine(line: string): void {
  process.stderr.write(`${printable(line)}\n`)
}
