/** Text from elsewhere as one line, without the control characters that would steer a terminal. */
export function printable(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(/\p{C}/gu, '?').trim()
}

/** Writes a line to the standard error, made `printable`. */
export function sayLine(line: string): void {
  process.stderr.write(`${printable(line)}\n`)
}
