// Four bytes of text at a time, in the lanes of one 32-bit integer, the first byte in the lowest.

export function areDigits(word: number): boolean {
  return (((word ^ 0x30303030) | ((word + 0x06060606) ^ 0x30303030)) & 0xf0f0f0f0) === 0
}

/** The number that four digits write. */
export function fourDigits(word: number): number {
  const digits = word & 0x0f0f0f0f
  const pairs = Math.imul(digits, 10) + (digits >>> 8)
  return (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff)
}
