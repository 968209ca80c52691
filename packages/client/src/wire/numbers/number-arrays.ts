import { type AnswerHead, broken, parseAnswer } from '../answer.js'
import { Chunks, toUtf8 } from '../bytes.js'
import { type Machine, numberMachine } from './machine.js'

const NOTHING = new Uint8Array(0)

/** 32-bit numbers if they were requested. */
export type Numbers = number[] | Float32Array

/** The arrays of numbers in an answer. */
export interface NumberArrays {
  /** The numbers of an array in the parsed answer, if it held only numbers that fit 32 bits. */
  of(array: unknown): Numbers | undefined
}

/** A reader for one answer; undefined where the runtime compiles no WebAssembly. */
export function numberArrayReader(isSingle: boolean): NumberArrayReader | undefined {
  const machine = numberMachine()
  return machine && new NumberArrayReader(machine, isSingle)
}

/**
 * Reads JSON as it arrives, and extracts the arrays of numbers on the way: digits become numbers in place, without a
 * token or a tree. What is left, with `[n]` for the nth array, is small; JSON.parse reads it at the end and judges
 * everything else.
 *
 * A number is the same as from JSON.parse, to the last bit. An array that turns out to hold something else, or a number
 * that is infinite as a float32, is left to JSON.parse, including what was read of it so far.
 */
export class NumberArrayReader implements NumberArrays {
  readonly #machine: Machine
  /** The machine's registers, saved between two chunks. */
  readonly #registers: Int32Array
  readonly #isSingle: boolean
  readonly #arrays: Numbers[] = []
  /** The current array, if it began in an earlier step, and how many numbers it has; there may be room for more. */
  #current: number[] | undefined
  #count = 0
  /** Length of the previous array: the vectors of an answer have the same length. */
  #expected = 0
  /** A number that may continue in the next chunk. */
  #cut = NOTHING
  readonly #rest = new Chunks()
  #received = 0
  #isTooLong = false

  /**
   * @param isSingle makes Float32Arrays; but an array of whole numbers only stays exact, because it may hold indices
   */
  constructor(machine: Machine, isSingle: boolean) {
    this.#machine = machine
    this.#isSingle = isSingle
    this.#registers = new Int32Array(machine.registers.length)
  }

  push(chunk: Uint8Array): void {
    const { registers, constants } = this.#machine
    this.#received += chunk.length
    registers.set(this.#registers)
    for (let start = 0; start < chunk.length && !this.#isTooLong; start += constants.STEP) {
      this.#read(chunk.subarray(start, start + constants.STEP))
    }
    this.#registers.set(registers)
  }

  /**
   * The parsed value, with `[n]` for the nth array.
   *
   * @throws PineconeResponseError if the answer is not JSON, or has a number that is too long
   */
  end(endpoint: string, head: AnswerHead): unknown {
    if (this.#isTooLong) {
      throw broken(
        endpoint,
        `it holds a number of more than ${this.#machine.constants.LONGEST_NUMBER} characters`,
      )
    }
    return parseAnswer(endpoint, this.#rest.text(), this.#received, head)
  }

  of(array: unknown): Numbers | undefined {
    if (!Array.isArray(array) || array.length !== 1) return undefined
    // Any other array of one number was extracted itself.
    const [index] = array
    return typeof index === 'number' ? this.#arrays[index] : undefined
  }

  #read(chunk: Uint8Array): void {
    const { bytes, registers, read, constants } = this.#machine
    const { INPUT, EVENT, COUNT, REST_LENGTH, READ, CLOSED, NOT_A_NUMBER, LONGEST_NUMBER } = constants
    bytes.set(this.#cut, INPUT)
    bytes.set(chunk, INPUT + this.#cut.length)
    const end = INPUT + this.#cut.length + chunk.length
    registers[COUNT] = 0
    registers[REST_LENGTH] = 0
    let at = INPUT
    do {
      at = read(at, end)
      if (registers[EVENT] === CLOSED) this.#close()
      if (registers[EVENT] === NOT_A_NUMBER) this.#giveBack()
    } while (registers[EVENT] !== READ)
    this.#cut = at < end ? bytes.slice(at, end) : NOTHING
    this.#isTooLong = this.#cut.length > LONGEST_NUMBER
    if (registers[COUNT] !== 0) this.#append(this.#expected)
    this.#keepRest()
  }

  #close(): void {
    const { doubles, registers, constants } = this.#machine
    const { NUMBERS, COUNT, ALL_INTEGERS } = constants
    const count = registers[COUNT] ?? 0
    const isSingle = this.#isSingle && registers[ALL_INTEGERS] === 0
    this.#expected = this.#count + count
    if (isSingle && !this.#current) {
      const first = NUMBERS / Float64Array.BYTES_PER_ELEMENT
      this.#arrays.push(new Float32Array(doubles.subarray(first, first + count)))
      registers[COUNT] = 0
    } else {
      const numbers = this.#take()
      this.#arrays.push(isSingle ? Float32Array.from(numbers) : numbers)
    }
  }

  /** Writes what was read of an array back, for JSON.parse. */
  #giveBack(): void {
    const { registers, constants } = this.#machine
    const { PLACE, ITEM, OUTSIDE } = constants
    this.#keepRest()
    const texts = this.#take().map((number) => (Object.is(number, -0) ? '-0' : String(number)))
    const comma = registers[PLACE] === ITEM && texts.length > 0 ? ',' : ' '
    this.#rest.add(toUtf8(texts.join() + comma))
    registers[PLACE] = OUTSIDE
  }

  /** The numbers of the current array, including those of earlier steps. */
  #take(): number[] {
    const { registers, constants } = this.#machine
    const numbers = this.#append(registers[constants.COUNT] ?? 0)
    numbers.length = this.#count
    this.#current = undefined
    this.#count = 0
    return numbers
  }

  /** Moves numbers from the machine behind those of earlier steps. */
  #append(room: number): number[] {
    const { doubles, registers, constants } = this.#machine
    const first = constants.NUMBERS / Float64Array.BYTES_PER_ELEMENT
    const count = registers[constants.COUNT] ?? 0
    registers[constants.COUNT] = 0
    this.#current ??= new Array<number>(room)
    copy(doubles, first, count, this.#current, this.#count)
    this.#count += count
    return this.#current
  }

  #keepRest(): void {
    const { bytes, registers, constants } = this.#machine
    const { REST, REST_LENGTH } = constants
    this.#rest.add(bytes.slice(REST, REST + (registers[REST_LENGTH] ?? 0)))
    registers[REST_LENGTH] = 0
  }
}

/**
 * Copies numbers behind others. A loop, because every built-in way from a typed array to an array takes many times as
 * long; a function of its own, because V8 drops a method's optimized code when no instance of its class is left.
 */
function copy(from: Float64Array, first: number, count: number, to: number[], start: number): void {
  for (let i = 0; i < count; i++) to[start + i] = from[first + i] as number
}
