/** Digits after the decimal point: about what a 32-bit float holds for the coordinates of a unit vector. */
const decimals = 8
const scale = 10 ** decimals
const widest = decimals + 4

const fourDigits = new Uint8Array(40_000)
for (let value = 0; value < 10_000; value++) {
  const text = String(value).padStart(4, '0')
  for (let i = 0; i < 4; i++) fourDigits[value * 4 + i] = text.charCodeAt(i)
}

/** Maximum bytes that `writeNumbers` needs. */
export function numbersLength(count: number): number {
  return count * widest + 2
}

/**
 * Writes `[0.01234567,-0.1…]` at `offset`; returns the offset after it. Written by hand, because turning numbers into
 * text is most of the cost of an embedding. Values must be in -1..1.
 */
export function writeNumbers(target: Uint8Array, offset: number, values: ArrayLike<number>): number {
  let at = offset
  target[at++] = 0x5b
  for (let i = 0; i < values.length; i++) {
    if (i > 0) target[at++] = 0x2c
    const value = values[i] as number
    let digits = Math.round(Math.abs(value) * scale)
    if (value < 0 && digits > 0) target[at++] = 0x2d
    const units = digits >= scale ? 1 : 0
    digits -= units * scale
    target[at++] = 0x30 + units
    if (digits === 0) continue
    target[at++] = 0x2e
    const high = Math.trunc(digits / 10_000) * 4
    const low = (digits % 10_000) * 4
    for (let d = 0; d < 4; d++) target[at + d] = fourDigits[high + d] as number
    for (let d = 0; d < 4; d++) target[at + 4 + d] = fourDigits[low + d] as number
    at += decimals
  }
  target[at++] = 0x5d
  return at
}
