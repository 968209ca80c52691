/** Text from elsewhere on one line of a terminal, which it must not steer. */
export function printable(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(/\p{C}/gu, '?').trim()
}
