// Finds the arrays of numbers in JSON and reads them. AssemblyScript (https://www.assemblyscript.org), which the build
// compiles to WebAssembly. Everything is at fixed addresses in one memory; nothing is allocated.

import { digitCount, eightBytes, firstDigits } from './digits'
import { nearest, WHOLE_POWERS_OF_TEN } from './nearest'

export {
  GREATEST_POWER_OF_FIVE,
  LEAST_POWER_OF_FIVE,
  POWERS_OF_FIVE,
  POWERS_OF_TEN,
  WHOLE_POWERS_OF_TEN,
} from './nearest'

/** Maximum bytes of a number. */
export const LONGEST_NUMBER: usize = 1024
/** Bytes of an answer that are read at a time: as many as a socket delivers. */
export const STEP: usize = 64 * 1024
const MAX_BYTES: usize = LONGEST_NUMBER + STEP

/** 32-bit integers, by the indices below: the state kept between calls. */
export const REGISTERS: usize = 2048
/** Bytes to read, and eight more, because digits are loaded eight at a time. */
export const INPUT: usize = 4096
/** Doubles. A number has at least two bytes, including the comma. */
export const NUMBERS: usize = INPUT + MAX_BYTES + 1024
/**
 * Everything but the numbers, with the index of each array in its place. An array has at least four bytes, including
 * its comma.
 */
export const REST: usize = NUMBERS + (MAX_BYTES / 2) * 8

/** Where in the JSON the next byte is: `OUTSIDE`, `STRING` and so on. */
export const PLACE: usize = 0
/** How `read` ended. */
export const EVENT: usize = 1
/** Numbers read of the current array. */
export const COUNT: usize = 2
/** Bytes at REST. */
export const REST_LENGTH: usize = 3
/** Arrays closed so far. */
export const ARRAYS: usize = 4
/** 1 while the current array holds only whole numbers. */
export const ALL_INTEGERS: usize = 5

export const OUTSIDE: i32 = 0
const STRING: i32 = 1
const ESCAPE: i32 = 2
const ARRAY_START: i32 = 3
/** Before a number. */
export const ITEM: i32 = 4
/** After a number. */
const AFTER_ITEM: i32 = 5

/** Everything was read, up to a number that may continue. */
export const READ: i32 = 0
/** An array has ended. */
export const CLOSED: i32 = 1
/** The next item of the current array is not a number, or is one too large for 32 bits. */
export const NOT_A_NUMBER: i32 = 2

const QUOTE: u32 = 0x22
const PLUS: u32 = 0x2b
const COMMA: u32 = 0x2c
const MINUS: u32 = 0x2d
const POINT: u32 = 0x2e
const ZERO: u32 = 0x30
const OPENING_BRACKET: u32 = 0x5b
const BACKSLASH: u32 = 0x5c
const CLOSING_BRACKET: u32 = 0x5d
const SMALL_E: u32 = 0x65

/** More digits may not fit 64 bits. */
const SURE_DIGITS: usize = 19
/** From here on a double is infinite as a float32. */
const SINGLE_LIMIT: f64 = 3.4028235677973366e38
/** Larger exponents are not counted: no double has them. */
const ENDLESS: i32 = 100_000

/** The double for a number's text, where `nearest` cannot tell; Infinity if there is none. */
declare function numberOf(start: usize, end: usize): f64

/** Reads on; returns how far it has come. */
export function read(start: usize, end: usize): usize {
  // Ends any number.
  store<u64>(end, 0)
  let place = register(PLACE)
  let rest = REST + <usize>register(REST_LENGTH)
  let at = start
  setRegister(EVENT, READ)
  while (at < end) {
    if (place >= ITEM) {
      at = readNumbers(at, end)
      place = register(PLACE)
      if (place >= ITEM) break
      rest = writeIndex(rest)
      setRegister(REST_LENGTH, <i32>(rest - REST))
      return at
    }
    const byte = <u32>load<u8>(at)
    if (place === OUTSIDE) {
      if (byte === QUOTE) place = STRING
      else if (byte === OPENING_BRACKET) place = ARRAY_START
    } else if (place === STRING) {
      if (byte === QUOTE) place = OUTSIDE
      else if (byte === BACKSLASH) place = ESCAPE
    } else if (place === ESCAPE) {
      place = STRING
    } else if (byte === MINUS || isDigit(byte)) {
      place = ITEM
      setRegister(PLACE, place)
      setRegister(COUNT, 0)
      setRegister(ALL_INTEGERS, 1)
      continue
    } else if (!isSpace(byte)) {
      place = OUTSIDE
      continue
    }
    store<u8>(rest++, <u8>byte)
    at++
  }
  setRegister(PLACE, place)
  setRegister(REST_LENGTH, <i32>(rest - REST))
  return at
}

/** Reads the current array up to its closing bracket. Each step tries the usual case first. */
function readNumbers(start: usize, end: usize): usize {
  let at = start
  let place = register(PLACE)
  let count = register(COUNT)
  let allIntegers = register(ALL_INTEGERS)
  let event = READ
  for (;;) {
    if (place === ITEM) {
      at = skipSpace(at)
      const item = at
      const isNegative = <u32>load<u8>(at) === MINUS
      at += <usize>isNegative

      const integer = at
      mantissa = 0
      let digits: usize = 0
      if (<u32>load<u8>(at) === ZERO) at++
      else {
        at = readDigits(at)
        digits = at - integer
      }
      let isNumber = at > integer
      let exponent = 0
      let next = <u32>load<u8>(at)
      if (next === POINT) {
        const fraction = at + 1
        at = readDigits(fraction)
        isNumber = isNumber && at > fraction
        digits += at - fraction
        exponent = -(<i32>(at - fraction))
        next = <u32>load<u8>(at)
      }
      const digitsEnd = at
      if ((next | 0x20) === SMALL_E) {
        const sign = <u32>load<u8>(++at)
        if (sign === MINUS || sign === PLUS) at++
        const power = at
        let written = 0
        next = <u32>load<u8>(at)
        while (isDigit(next)) {
          if (written < ENDLESS) written = written * 10 + <i32>(next - ZERO)
          next = <u32>load<u8>(++at)
        }
        isNumber = isNumber && at > power
        exponent += sign === MINUS ? -written : written
      }
      if (!isNumber || (next !== COMMA && next !== CLOSING_BRACKET && !isSpace(next))) {
        event = at < end ? NOT_A_NUMBER : READ
        at = item
        break
      }
      let value = NaN
      if (digits <= SURE_DIGITS || fitsWithoutZeros(integer, digitsEnd)) value = nearest(mantissa, exponent)
      if (isNaN(value)) value = numberOf(integer, at)
      if (value >= SINGLE_LIMIT) {
        event = NOT_A_NUMBER
        at = item
        break
      }
      const sign = (<u64>isNegative) << 63
      store<u64>(NUMBERS + ((<usize>count) << 3), reinterpret<u64>(value) | sign)
      count++
      if (floor(value) !== value) allIntegers = 0
      if (next === COMMA) {
        at++
        continue
      }
      place = AFTER_ITEM
    }
    at = skipSpace(at)
    if (at >= end) break
    const byte = <u32>load<u8>(at)
    if (byte === COMMA) {
      at++
      place = ITEM
    } else {
      event = NOT_A_NUMBER
      if (byte === CLOSING_BRACKET) {
        event = CLOSED
        place = OUTSIDE
      }
      break
    }
  }
  setRegister(PLACE, place)
  setRegister(EVENT, event)
  setRegister(COUNT, count)
  setRegister(ALL_INTEGERS, allIntegers)
  return at
}

/** Digits as an integer, modulo 2^64. */
let mantissa: u64 = 0

/** Adds the digits at this address to the mantissa; returns the address after them. */
function readDigits(start: usize): usize {
  let at = start
  let bytes = eightBytes(at)
  let digits = digitCount(bytes)
  while (digits === 8) {
    mantissa = mantissa * 100_000_000 + firstDigits(bytes, 8)
    at += 8
    bytes = eightBytes(at)
    digits = digitCount(bytes)
  }
  mantissa = mantissa * powerOfTen(digits) + firstDigits(bytes, digits)
  return at + digits
}

/** Whether the digits fit in 64 bits without their leading zeros. */
function fitsWithoutZeros(start: usize, end: usize): bool {
  let at = start
  while (at < end && (<u32>load<u8>(at) === ZERO || <u32>load<u8>(at) === POINT)) at++
  return end - at <= SURE_DIGITS
}

function skipSpace(start: usize): usize {
  let at = start
  while (isSpace(load<u8>(at))) at++
  return at
}

/** Writes the index of the array that was closed; returns the address after it. */
function writeIndex(rest: usize): usize {
  const index = register(ARRAYS)
  setRegister(ARRAYS, index + 1)
  let length = 1
  for (let above = index / 10; above > 0; above /= 10) length++
  let digits = index
  for (let at = rest + length - 1; at >= rest; at--) {
    store<u8>(at, <u8>(ZERO + (digits % 10)))
    digits /= 10
  }
  return rest + length
}

function powerOfTen(exponent: i32): u64 {
  return load<u64>(WHOLE_POWERS_OF_TEN + ((<usize>exponent) << 3))
}

function isDigit(byte: u32): bool {
  return byte - ZERO < 10
}

/** RFC 8259, 2. */
function isSpace(byte: u32): bool {
  return byte <= 0x20 && (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)
}

function register(index: usize): i32 {
  return load<i32>(REGISTERS + (index << 2))
}

function setRegister(index: usize, value: i32): void {
  store<i32>(REGISTERS + (index << 2), value)
}
