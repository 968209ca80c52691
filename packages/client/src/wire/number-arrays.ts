import { Chunks } from './chunks.js'
import { decimal } from './decimal.js'
import { areDigits, fourDigits } from './four-digits.js'
import { fromUtf8, toUtf8 } from './utf8.js'

const QUOTE = 0x22
const PLUS = 0x2b
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const CAPITAL_E = 0x45
const OPENING_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSING_BRACKET = 0x5d
const SMALL_E = 0x65

/** A chunk is looked at in steps of so many bytes. */
const STEP = 64 * 1024
/** A number with the white space around it; a longer one is left to JSON.parse. */
const LONGEST_NUMBER = 1024
/** So many words of four digits make the high part of a fraction, what follows the low part. */
const HIGH_WORDS = 3

/** Pushing is synchronous, so one working copy serves all. Behind it stands a byte that ends any number. */
const bytes = new Uint8Array(LONGEST_NUMBER + STEP + 4)
const view = new DataView(bytes.buffer)
const nothing = new Uint8Array(0)

type Place = 'outside' | 'string' | 'escape' | 'array start' | 'numbers'

/**
 * Reads JSON as it arrives, and takes the arrays of numbers out on the way: digits become numbers where they stand,
 * without a token or a tree. What is left, with `[n]` for the nth array, is small; JSON.parse reads it at the end,
 * and so stays the judge of everything else.
 *
 * The value is that of JSON.parse on the whole, to the last bit. Where that is not certain, there is none.
 */
export class NumberArrayReader {
  #place: Place = 'outside'
  readonly #arrays: number[][] = []
  readonly #isOwn = new Set<unknown>()
  #numbers: number[] = []
  #count = 0
  /** The length of the array before: the vectors of an answer have one length. */
  #expected = 0
  /** The number that the last step broke off in. */
  #broken: Uint8Array = nothing
  readonly #rest = new Chunks()
  #isCertain = true

  push(chunk: Uint8Array): void {
    for (let start = 0; start < chunk.length && this.#isCertain; start += STEP) {
      this.#read(chunk.subarray(start, start + STEP))
    }
  }

  /** Whether this is one of the arrays taken out: then it holds finite numbers, and nothing else. */
  holds(array: unknown): array is number[] {
    return this.#isOwn.has(array)
  }

  /** The value; undefined, which is none in JSON, where JSON.parse has to read the whole. */
  end(): unknown {
    if (!this.#isCertain) return undefined
    try {
      return withArrays(JSON.parse(this.#rest.text()), this.#arrays)
    } catch {
      return undefined
    }
  }

  #read(chunk: Uint8Array): void {
    const end = this.#broken.length + chunk.length
    bytes.set(this.#broken)
    bytes.set(chunk, this.#broken.length)
    bytes[end] = 0
    this.#broken = nothing

    let at = 0
    let rest = 0
    while (at < end && this.#isCertain) {
      const byte = view.getUint8(at)
      switch (this.#place) {
        case 'outside':
          if (byte === QUOTE) this.#place = 'string'
          else if (byte === OPENING_BRACKET) this.#place = 'array start'
          at++
          break
        case 'string':
          if (byte === QUOTE) this.#place = 'outside'
          else if (byte === BACKSLASH) this.#place = 'escape'
          at++
          break
        case 'escape':
          this.#place = 'string'
          at++
          break
        case 'array start':
          if (byte === MINUS || isDigit(byte)) {
            this.#rest.add(bytes.slice(rest, at))
            this.#open()
          } else if (isSpace(byte)) at++
          else this.#place = 'outside'
          break
        case 'numbers':
          at = this.#readNumbers(at, end)
          rest = at
      }
    }
    if (this.#place !== 'numbers') this.#rest.add(bytes.slice(rest, end))
  }

  #open(): void {
    this.#place = 'numbers'
    this.#numbers = new Array<number>(this.#expected)
    this.#count = 0
  }

  #close(): void {
    this.#place = 'outside'
    this.#numbers.length = this.#count
    this.#expected = this.#count
    this.#rest.add(toUtf8(String(this.#arrays.length)))
    this.#arrays.push(this.#numbers)
    this.#isOwn.add(this.#numbers)
  }

  /** Reads on to the array's closing bracket and returns its position, or `end` where the bytes end before. */
  #readNumbers(start: number, end: number): number {
    const numbers = this.#numbers
    let count = this.#count
    let at = start
    for (;;) {
      const item = at
      let byte = view.getUint8(at)
      while (isSpace(byte)) byte = view.getUint8(++at)
      const isNegative = byte === MINUS
      if (isNegative) byte = view.getUint8(++at)

      const integer = at
      let high = 0
      while (isDigit(byte)) {
        high = high * 10 + (byte - ZERO)
        byte = view.getUint8(++at)
      }
      let isNumber = at === integer + 1 || (at > integer && view.getUint8(integer) !== ZERO)

      let low = 0
      let lowDigits = 0
      let scale = 0
      if (byte === POINT) {
        const fraction = ++at
        let word = view.getInt32(at, true)
        for (let words = 0; areDigits(word); words++) {
          if (words < HIGH_WORDS) {
            high = high * 10_000 + fourDigits(word)
          } else {
            low = low * 10_000 + fourDigits(word)
            lowDigits += 4
          }
          at += 4
          word = view.getInt32(at, true)
        }
        byte = word & 0xff
        while (isDigit(byte)) {
          low = low * 10 + (byte - ZERO)
          lowDigits++
          byte = view.getUint8(++at)
        }
        scale = at - fraction
        isNumber = isNumber && scale > 0
      }

      if (byte === SMALL_E || byte === CAPITAL_E) {
        byte = view.getUint8(++at)
        const isBelow = byte === MINUS
        if (isBelow || byte === PLUS) byte = view.getUint8(++at)
        const digits = at
        let exponent = 0
        while (isDigit(byte)) {
          exponent = exponent * 10 + (byte - ZERO)
          byte = view.getUint8(++at)
        }
        isNumber = isNumber && at > digits
        scale += isBelow ? exponent : -exponent
      }
      const numberEnd = at
      while (isSpace(byte)) byte = view.getUint8(++at)

      if (at >= end) {
        this.#count = count
        this.#broken = bytes.slice(item, end)
        this.#isCertain = end - item <= LONGEST_NUMBER
        return end
      }
      if (!isNumber || (byte !== COMMA && byte !== CLOSING_BRACKET)) {
        this.#isCertain = false
        return end
      }

      let value = decimal(high, low, lowDigits, scale)
      if (Number.isNaN(value)) {
        value = Number(fromUtf8(bytes.subarray(integer, numberEnd)))
        if (value === Number.POSITIVE_INFINITY) {
          this.#isCertain = false
          return end
        }
      }
      numbers[count++] = isNegative ? -value : value

      if (byte === CLOSING_BRACKET) {
        this.#count = count
        this.#close()
        return at
      }
      at++
    }
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

/** RFC 8259, 2. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** Puts the arrays back: whatever array begins with a number now stands for one of them. */
function withArrays(value: unknown, arrays: readonly number[][]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const [first] = value
    if (typeof first === 'number') return arrays[first]
  }
  for (const [key, child] of Object.entries(value)) {
    if (typeof child !== 'object' || child === null) continue
    Object.defineProperty(value, key, { value: withArrays(child, arrays) })
  }
  return value
}
