import { parse } from 'lossless-json'

/** Whole numbers of 16 digits and more, which JSON.parse may round. */
const LONG_NUMBER = /\d{16}/

/** As JSON.parse does, but with a bigint for each whole number that a double would round. */
export function losslessly(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (!LONG_NUMBER.test(text)) return value
  return parse(text, undefined, {
    parseNumber: exactNumber,
    // as JSON.parse does: the last one is it
    onDuplicateKey: ({ newValue }) => newValue,
  })
}

/** A number as JSON writes it: a bigint where it is whole and a double would round it. */
export function exactNumber(literal: string): number | bigint {
  const number = Number(literal)
  if (!/^-?\d+$/.test(literal)) return number
  const whole = BigInt(literal)
  return Number.isFinite(number) && BigInt(number) === whole ? number : whole
}
