/** Digits of a decimal that every 64-bit float keeps (`DBL_DIG` of C). */
const EXACT_DIGITS = 15

/** A decimal fraction with more digits than a 64-bit float keeps for certain, as its digits. */
export class LongDecimal {
  readonly #digits: string

  constructor(digits: string) {
    this.#digits = digits
  }

  toString(): string {
    return this.#digits
  }

  toJSON(): string {
    return this.#digits
  }
}

/** The value of `unscaled` / 10^`scale`: a number if that is exact. */
export function numberOrLong(unscaled: bigint, scale: number): number | LongDecimal {
  const sign = unscaled < 0n ? '-' : ''
  const padded = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const fraction = padded.slice(-scale).replace(/0+$/, '')
  const whole = padded.slice(0, -scale)
  const digits = `${sign}${whole}${fraction && `.${fraction}`}`
  const significant = `${whole}${fraction}`.replace(/^0+/, '').length
  return significant <= EXACT_DIGITS ? Number(digits) : new LongDecimal(digits)
}
