// Eight bytes of text at a time, in one 64-bit integer, the first byte in the lowest. AssemblyScript: see reader.ts.

const ZEROS: u64 = 0x3030_3030_3030_3030

/** What eight bytes of text are as digits: a byte above 9 is none. */
export function eightBytes(at: usize): u64 {
  return load<u64>(at) ^ ZEROS
}

/** How many digits eight bytes begin with. */
export function digitCount(bytes: u64): i32 {
  const others = ((bytes + 0x7676_7676_7676_7676) | bytes) & 0x8080_8080_8080_8080
  return <i32>(ctz(others) >> 3)
}

/** The number that the first digits write, 0 to 8 of them. */
export function firstDigits(bytes: u64, count: i32): u64 {
  // moved to the end, behind zeros, in two halves, as a shift by 64 does nothing
  const half = 32 - 4 * count
  const digits = (bytes << half) << half
  const pairs = digits * 10 + (digits >> 8)
  const even = (pairs & 0x0000_00ff_0000_00ff) * 0x000f_4240_0000_0064
  const odd = ((pairs >> 16) & 0x0000_00ff_0000_00ff) * 0x0000_2710_0000_0001
  return (even + odd) >> 32
}
