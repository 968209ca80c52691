import { parse } from 'lossless-json'

/** Integers of 16 digits and more, which `JSON.parse` may round. */
const LONG_NUMBER = /\d{16}/

/** `JSON.parse`, but with a bigint for each integer that a double would round. */
export function losslessly(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (!LONG_NUMBER.test(text)) return value
  return parse(text, undefined, {
    parseNumber: exactNumber,
    // As in `JSON.parse`, the last one counts.
    onDuplicateKey: ({ newValue }) => newValue,
  })
}

/** The value of a number in JSON: a bigint if it is an integer that a double would round. */
export function exactNumber(literal: string): number | bigint {
  const number = Number(literal)
  if (!/^-?\d+$/.test(literal)) return number
  const whole = BigInt(literal)
  return Number.isFinite(number) && BigInt(number) === whole ? number : whole
}
