// The double nearest to a decimal. AssemblyScript: see reader.ts.

/** Doubles: 10 to the power of 0..22, which a double holds exactly. */
export const POWERS_OF_TEN: usize = 0
/** 64-bit integers: 10 to the power of 0..8. */
export const WHOLE_POWERS_OF_TEN: usize = 184
/** Pairs of 64-bit integers, the higher first: the leading 128 bits of 5 to each of these powers. */
export const POWERS_OF_FIVE: usize = 256
export const LEAST_POWER_OF_FIVE: i32 = -65
export const GREATEST_POWER_OF_FIVE: i32 = 40

/** The double nearest to mantissa x 10^exponent; NaN if this cannot tell. */
export function nearest(mantissa: u64, exponent: i32): f64 {
  // Both numbers are exact, so one operation rounds correctly (Clinger 1990, "How to read floating point numbers").
  if (mantissa <= 1 << 53 && exponent >= -22 && exponent <= 22) {
    const exact = <f64>(<i64>mantissa)
    return exponent < 0
      ? exact / load<f64>(POWERS_OF_TEN + ((<usize>-exponent) << 3))
      : exact * load<f64>(POWERS_OF_TEN + ((<usize>exponent) << 3))
  }
  if (mantissa === 0) return 0
  if (exponent < LEAST_POWER_OF_FIVE || exponent > GREATEST_POWER_OF_FIVE) return NaN
  return byProduct(mantissa, exponent)
}

/**
 * From the leading bits of mantissa x 5^exponent (Lemire 2021, "Number parsing at a gigabyte per second"). With the
 * powers of five in the table, the result is neither infinite nor subnormal.
 */
function byProduct(mantissa: u64, exponent: i32): f64 {
  const leadingZeros = <i32>clz(mantissa)
  const normalized = mantissa << leadingZeros
  const power = POWERS_OF_FIVE + ((<usize>(exponent - LEAST_POWER_OF_FIVE)) << 4)
  const leading = load<u64>(power)
  let high = highOfProduct(normalized, leading)
  let low = normalized * leading
  // The nine bits below those of a double and its rounding are all set, so a carry might reach them.
  if ((high & 0x1ff) === 0x1ff) {
    const carry = highOfProduct(normalized, load<u64>(power, 8))
    low += carry
    if (carry > low) high++
  }
  if (low === u64.MAX_VALUE) return NaN

  const upperBit = <i32>(high >> 63)
  const shift = upperBit + 9
  let bits = high >> shift
  // Halfway between two doubles: takes the even one.
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (bits & 3) === 1 && bits << shift === high) bits--
  bits += bits & 1
  bits >>= 1
  let binary = ((217_706 * exponent) >> 16) + 63 + upperBit - leadingZeros + 1023
  if (bits === 1 << 53) binary++
  return reinterpret<f64>(((<u64>binary) << 52) | (bits & 0x000f_ffff_ffff_ffff))
}

/** The higher 64 bits of a x b. */
function highOfProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffff_ffff
  const aHigh = a >> 32
  const bLow = b & 0xffff_ffff
  const bHigh = b >> 32
  const middle = aHigh * bLow + ((aLow * bLow) >> 32)
  const other = aLow * bHigh + (middle & 0xffff_ffff)
  return aHigh * bHigh + (middle >> 32) + (other >> 32)
}
