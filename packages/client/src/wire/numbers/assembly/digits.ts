// Eight bytes of text at a time as one 64-bit integer, the first byte lowest. AssemblyScript: see reader.ts.

const ZEROS: u64 = 0x3030_3030_3030_3030

/** Eight bytes of text as digits; a byte above 9 is not one. */
export function eightBytes(at: usize): u64 {
  return load<u64>(at) ^ ZEROS
}

/** How many digits eight bytes begin with. */
export function digitCount(bytes: u64): i32 {
  const others = ((bytes + 0x7676_7676_7676_7676) | bytes) & 0x8080_8080_8080_8080
  return <i32>(ctz(others) >> 3)
}

/** The number that the first digits write; `count` is 0 to 8. */
export function firstDigits(bytes: u64, count: i32): u64 {
  // Moves the digits to the end, behind zeros. In two halves, because a shift by 64 does nothing.
  const half = 32 - 4 * count
  const digits = (bytes << half) << half
  const pairs = digits * 10 + (digits >> 8)
  const even = (pairs & 0x0000_00ff_0000_00ff) * 0x000f_4240_0000_0064
  const odd = ((pairs >> 16) & 0x0000_00ff_0000_00ff) * 0x0000_2710_0000_0001
  return (even + odd) >> 32
}
