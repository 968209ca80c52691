import { WASM } from '../../generated/number-reader.js'
import { fromUtf8 } from '../bytes.js'

/** Addresses, lengths and names that assembly/reader.ts exports and documents. */
const CONSTANTS = [
  'POWERS_OF_TEN',
  'WHOLE_POWERS_OF_TEN',
  'POWERS_OF_FIVE',
  'LEAST_POWER_OF_FIVE',
  'GREATEST_POWER_OF_FIVE',
  'LONGEST_NUMBER',
  'STEP',
  'REGISTERS',
  'INPUT',
  'NUMBERS',
  'REST',
  'PLACE',
  'EVENT',
  'COUNT',
  'REST_LENGTH',
  'ARRAYS',
  'ALL_INTEGERS',
  'OUTSIDE',
  'ITEM',
  'READ',
  'CLOSED',
  'NOT_A_NUMBER',
] as const

type Constant = (typeof CONSTANTS)[number]

type ReaderExports = Readonly<Record<Constant, { readonly value: number }>> & {
  readonly memory: { readonly buffer: ArrayBuffer }
  read(start: number, end: number): number
}

/** The part of WebAssembly's API that is used here; TypeScript declares it only together with the DOM. */
declare const WebAssembly: {
  Module: new (binary: Uint8Array) => object
  Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/**
 * The number reader in WebAssembly with its memory. A call leaves nothing there, so one instance serves all answers.
 */
export type Machine = ReturnType<typeof start>

let machine: Machine | undefined
let isForbidden = false

/** Undefined where nothing can be compiled: on Cloudflare Workers, or under a CSP without `wasm-unsafe-eval`. */
export function numberMachine(): Machine | undefined {
  if (machine || isForbidden) return machine
  try {
    machine = start()
  } catch {
    isForbidden = true
  }
  return machine
}

function start() {
  // Buffer if it exists: `atob` alone takes as long as all the rest.
  const binary =
    globalThis.Buffer?.from(WASM, 'base64') ?? Uint8Array.from(atob(WASM), (c) => c.charCodeAt(0))
  const numberOf = (from: number, to: number) => Number(fromUtf8(bytes.subarray(from, to)))
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { reader: { numberOf } })
  const { memory, read, ...globals } = exports as ReaderExports
  const bytes = new Uint8Array(memory.buffer)
  const constants = Object.fromEntries(CONSTANTS.map((name) => [name, globals[name].value])) as Record<
    Constant,
    number
  >
  writePowers(memory.buffer, constants)
  return {
    read,
    bytes,
    doubles: new Float64Array(memory.buffer),
    registers: new Int32Array(memory.buffer, constants.REGISTERS, 8),
    constants,
  }
}

function writePowers(buffer: ArrayBuffer, constants: Record<Constant, number>): void {
  const doubles = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))
  new Float64Array(buffer, constants.POWERS_OF_TEN).set(doubles)
  const integers = BigUint64Array.from({ length: 9 }, (_, power) => 10n ** BigInt(power))
  new BigUint64Array(buffer, constants.WHOLE_POWERS_OF_TEN).set(integers)
  const { LEAST_POWER_OF_FIVE: least, GREATEST_POWER_OF_FIVE: greatest } = constants
  const pairs = new BigUint64Array(buffer, constants.POWERS_OF_FIVE)
  for (let power = least; power <= greatest; power++) {
    const leading = leadingBits(power)
    pairs.set([leading >> 64n, leading], 2 * (power - least))
  }
}

/**
 * The leading 128 bits of a power of five. Fractions down to 5^-27 are rounded up, the others are truncated, as the
 * proof requires (Lemire 2021; fastfloat/fast_float, script/table_generation.py).
 */
function leadingBits(power: number): bigint {
  const whole = 5n ** BigInt(Math.abs(power))
  const length = whole.toString(2).length
  if (power >= 0) return whole << BigInt(128 - length)
  const leading = (1n << BigInt(length + 127)) / whole
  return power >= -27 ? leading + 1n : leading
}
