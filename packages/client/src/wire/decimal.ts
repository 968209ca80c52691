/** 10 to the power of 0..22: those that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/** 2^27 + 1 splits a double into two halves whose products are exact (Dekker 1971, "A floating-point technique"). */
const SPLITTER = 134_217_729

/** The relative error, generously, of the correction in `divide`. */
const SLACK = 2 ** -50

/**
 * The double nearest to (high x 10^lowDigits + low) / 10^scale, for integers without sign and `low` below
 * 10^lowDigits. NaN where this is not sure of it.
 */
export function decimal(high: number, low: number, lowDigits: number, scale: number): number {
  const shift = POWERS[lowDigits]
  const divisor = POWERS[scale]
  if (shift === undefined || divisor === undefined) return Number.NaN
  const mantissa = high * shift + low
  // Two exact numbers, so that one division rounds correctly (Clinger 1990, "How to read floating point numbers").
  if (mantissa <= Number.MAX_SAFE_INTEGER) return mantissa / divisor
  return high <= Number.MAX_SAFE_INTEGER && lowDigits <= 11 ? divide(high, shift, low, divisor) : Number.NaN
}

/**
 * (high x shift + low) / divisor. The integer is kept as the exact sum of two doubles; dividing the first leaves an
 * exact remainder, and that and the second make the correction. NaN if the result lies so near the middle between two
 * doubles that the correction's own error could move it across.
 */
function divide(high: number, shift: number, low: number, divisor: number): number {
  const shifted = high * shift
  const integer = shifted + low
  const rest = productError(high, shift, shifted) + (low - (integer - shifted))

  const quotient = integer / divisor
  const product = quotient * divisor
  const remainder = integer - product - productError(quotient, divisor, product) + rest
  const correction = remainder / divisor

  const least = quotient + correction * (1 - SLACK)
  const most = quotient + correction * (1 + SLACK)
  return least === most ? least : Number.NaN
}

/** a x b - product, exactly, where `product` is a x b rounded. */
function productError(a: number, b: number, product: number): number {
  const aScaled = SPLITTER * a
  const aHigh = aScaled - (aScaled - a)
  const aLow = a - aHigh
  const bScaled = SPLITTER * b
  const bHigh = bScaled - (bScaled - b)
  const bLow = b - bHigh
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow
}
