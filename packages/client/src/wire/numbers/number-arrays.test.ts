import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numberMachine } from './machine.js'
import { NumberArrayReader } from './number-arrays.js'

/** The largest float32. An array with a larger number is left to JSON.parse. */
const MOST = 2 ** 128 - 2 ** 104

const encoder = new TextEncoder()
const machine = numberMachine()

/**
 * What the reader returns for a text that arrives in chunks of these lengths, repeatedly; undefined if it refuses it.
 */
function read(
  text: string | Uint8Array,
  chunkLengths: readonly number[] = [64 * 1024],
  isSingle = false,
): unknown {
  if (!machine) throw new Error('no WebAssembly here')
  const bytes = typeof text === 'string' ? encoder.encode(text) : text
  const reader = new NumberArrayReader(machine, isSingle)
  for (let start = 0, i = 0; start < bytes.length; i++) {
    const length = chunkLengths[i % chunkLengths.length] ?? 1
    reader.push(bytes.subarray(start, start + length))
    start += length
  }
  let value: unknown
  try {
    value = reader.end('POST /embed', { contentType: undefined, redact: (text) => text })
  } catch {
    return undefined
  }
  return whole(value, reader)
}

/** The value with its arrays of numbers. */
function whole(value: unknown, reader: NumberArrayReader): unknown {
  if (typeof value !== 'object' || value === null) return value
  const numbers = reader.of(value)
  if (numbers) return numbers
  if (Array.isArray(value)) return value.map((item) => whole(item, reader))
  // JSON.parse makes `__proto__` a property like any other.
  const properties = Object.entries(value).map(
    ([name, child]) =>
      [name, { value: whole(child, reader), enumerable: true, configurable: true, writable: true }] as const,
  )
  return Object.defineProperties({}, Object.fromEntries(properties))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Compares bits: -0 is not 0. */
function firstDifference(numbers: readonly string[]): string | undefined {
  const text = `[${numbers.join(',')}]`
  const actual = read(text)
  if (!Array.isArray(actual)) return `not read at all: ${text.slice(0, 200)}`
  if (actual.length !== numbers.length) return `${actual.length} numbers of ${numbers.length}`
  const index = numbers.findIndex((number, i) => !Object.is(JSON.parse(number), actual[i]))
  return index < 0 ? undefined : `${numbers[index]} became ${actual[index]}`
}

/** The ways in which services write a number. */
function spellings(value: number, i: number): string[] {
  const digits = 1 + (i % 17)
  return [
    JSON.stringify(value),
    value.toPrecision(digits).replace('e+', 'e'),
    value.toExponential(i % 20),
    Math.abs(value) < 1e21 ? value.toFixed(i % 25) : value.toExponential().toUpperCase(),
  ]
}

function* bits(count: number): Generator<number> {
  let state = 0x9e3779b9
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state
  }
}

describe('numbers in arrays have exactly the bits that JSON.parse gives them:', () => {
  it('every finite float16', () => {
    const halves: number[] = []
    for (let sign = -1; sign <= 1; sign += 2) {
      for (let mantissa = 0; mantissa < 1024; mantissa++) {
        halves.push(sign * mantissa * 2 ** -24)
        for (let exponent = -14; exponent <= 15; exponent++)
          halves.push(sign * (1 + mantissa / 1024) * 2 ** exponent)
      }
    }
    expect(firstDifference(halves.flatMap(spellings))).toBeUndefined()
  })

  it('a hundred thousand float32 of all exponents, subnormals too, in four spellings each', () => {
    const float = new Float32Array(1)
    const pattern = new Uint32Array(float.buffer)
    let texts: string[] = []
    let i = 0
    for (const bit of bits(100_000)) {
      pattern[0] = bit
      const [value = 0] = float
      if (Number.isFinite(value)) texts.push(...spellings(value, i++))
      if (texts.length > 200_000) {
        expect(firstDifference(texts)).toBeUndefined()
        texts = []
      }
    }
    expect(firstDifference(texts)).toBeUndefined()
  })

  it('vector components, shortest and with all their digits', () => {
    const texts: string[] = []
    for (const bit of bits(100_000)) {
      const value = (bit / 2 ** 32 - 0.5) / 16
      texts.push(String(value), String(Math.fround(value)), Math.fround(value).toPrecision(8))
    }
    expect(firstDifference(texts)).toBeUndefined()
  })

  it('doubles, and decimals of any length', () => {
    const digits = (maxLength: number) =>
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength }).map((all) => all.join(''))
    const decimals = fc
      .tuple(
        fc.constantFrom('', '-'),
        digits(25).map((integer) => integer.replace(/^0+/, '') || '0'),
        digits(30).map((fraction) => (fraction === '' ? '' : `.${fraction}`)),
        fc.oneof(
          fc.constant(''),
          fc
            .tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.integer({ min: 0, max: 330 }))
            .map((parts) => parts.join('')),
        ),
      )
      .map((parts) => parts.join(''))
      .filter((text) => Math.abs(Number(text)) <= MOST)
    const doubles = fc.double({ noNaN: true, min: -MOST, max: MOST }).map(String)
    fc.assert(
      fc.property(fc.array(fc.oneof(decimals, doubles), { minLength: 1, maxLength: 50 }), (numbers) => {
        const jsonNumbers = numbers.map((text) => text.replace('e+', 'e'))
        expect(firstDifference(jsonNumbers)).toBeUndefined()
      }),
      { numRuns: 2_000 },
    )
  })

  it('decimals at or near the midpoint between two doubles', () => {
    const texts: string[] = []
    for (const bit of bits(20_000)) {
      // 54 bits, the last one set: one more than a double has; over 2 ** 4, written as an integer over 10 ** 4.
      const first53 = 2n ** 52n + BigInt(bit) * 2n ** 20n + BigInt(bit >>> 12)
      const middle = (2n * first53 + 1n) * 5n ** 4n
      for (const near of [-1n, 0n, 1n]) {
        const digits = String(middle + near)
        texts.push(
          `${digits.slice(0, -4)}.${digits.slice(-4)}`,
          `0.${digits}e${digits.length - 4}`,
          `${digits.slice(0, 1)}.${digits.slice(1)}e${digits.length - 5}`,
        )
      }
    }
    expect(firstDifference(texts)).toBeUndefined()
  })

  it.each(['-0', '-0.0', '0e5', '5e-324', '1e-400', '9007199254740993', '123456789012345678901234567890'])(
    '%s',
    (number) => {
      expect(firstDifference(['1', number, '2.5'])).toBeUndefined()
    },
  )
})

describe('the whole value is that of JSON.parse', () => {
  const json = fc
    .json({ maxDepth: 4 })
    .chain((text) => fc.constantFrom(text, JSON.stringify(JSON.parse(text), null, 1)))
  const chunkLengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })

  it('for any JSON, wherever it is split into chunks', () => {
    fc.assert(
      fc.property(json, chunkLengths, (text, lengths) => {
        expect(read(text, lengths)).toEqual(JSON.parse(text))
      }),
      { numRuns: 3_000 },
    )
  })

  it.each([
    '[1,null,-0,"2"]',
    '[[5,[6,7],8],[9]]',
    '[1e999]',
    '[0.5,1e39,-2]',
    '[-1e39]',
    '[0,-1E400,0]',
    '[[-0, 1 ,{"a":[2]}],[3]]',
    '{"__proto__":[1,2]}',
  ])('for %s, at every border', (text) => {
    for (let border = 1; border <= text.length; border++) {
      expect(read(text, [border])).toEqual(JSON.parse(text))
    }
  })

  it.each(['[1 2]', '[1e5.3]', '[01]', '[-]', '[1,]', '[-01,2]', '[1.]', '[.5]', '[1,2', '[+1]', ''])(
    'and %j is refused, at every border',
    (text) => {
      for (let border = 1; border <= text.length + 1; border++) expect(read(text, [border])).toBeUndefined()
    },
  )

  it('for an answer of the service, at every border', () => {
    const answer = {
      data: [
        { values: [0.25, -1.5e-7, 0.012345678901234567, 3], vector_type: 'dense' },
        {
          vector_type: 'sparse',
          sparse_tokens: ['[1, 2]', 'ü "quoted" \\', '\u2028'],
          sparse_indices: [],
          sparse_values: [1],
        },
      ],
      usage: { total_tokens: 5, extra: [[1], [[2, 3]], [], [{}], [null]] },
      model: 'm',
    }
    for (const text of [JSON.stringify(answer), JSON.stringify(answer, null, '\t')]) {
      for (let border = 1; border < text.length; border++) expect(read(text, [border])).toEqual(answer)
    }
  })

  it('or it is refused, for JSON broken at any place', () => {
    const mutation = fc.record({
      at: fc.nat(),
      insert: fc.constantFrom(
        '',
        '0',
        '00',
        '-',
        '.',
        'e',
        ',',
        ' ',
        '[',
        ']',
        '"',
        '\\',
        '\0',
        '\u0000',
        'é',
        '1',
        '+',
        '}',
      ),
      remove: fc.integer({ min: 0, max: 2 }),
    })
    const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 5 })
    const bodies = fc
      .array(fc.record({ values: numbers, name: fc.string() }), { maxLength: 4 })
      .map((data) => JSON.stringify({ data }))
    fc.assert(
      fc.property(bodies, fc.array(mutation, { maxLength: 3 }), chunkLengths, (body, mutations, lengths) => {
        let text = body
        for (const { at, insert, remove } of mutations) {
          const place = at % (text.length + 1)
          text = text.slice(0, place) + insert + text.slice(place + remove)
        }
        expect(read(text, lengths)).toEqual(parsed(text))
      }),
      { numRuns: 20_000 },
    )
  })

  it('for bytes that are not UTF-8, as a TextDecoder reads them', () => {
    const bytes = Uint8Array.from([0x5b, 0x22, 0xc3, 0x22, 0x2c, 0x5b, 0x31, 0x5d, 0x5d])
    expect(read(bytes, [3])).toEqual(['\ufffd', [1]])
  })
})

it('refuses a number that is too long', () => {
  expect(read(`[1,${'1'.repeat(5_000)}]`, [700])).toBeUndefined()
})

it('takes arrays in large chunks and keeps their lengths apart', () => {
  const lengths = [3, 20_000, 0, 5]
  const arrays = lengths.map((length) => Array.from({ length }, (_, i) => i / 7))
  expect(read(JSON.stringify(arrays), [1_000_000])).toEqual(arrays)
})

describe('in 32 bits', () => {
  it('every number is the float32 nearest to the double', () => {
    const texts = [...bits(20_000)].map((bit) => String((bit / 2 ** 32 - 0.5) / 16))
    const values = read(`[${texts.join(',')}]`, [10_000], true)
    expect(values).toEqual(Float32Array.from(texts, Number))
  })

  it('an array of whole numbers keeps them all', () => {
    expect(read('[[4294967295,16777217],[0.5]]', [7], true)).toEqual([
      [4294967295, 16777217],
      Float32Array.of(0.5),
    ])
  })

  it('an array with a number that is too large is left as it is', () => {
    expect(read('[0.5,1e39]', [7], true)).toEqual([0.5, 1e39])
  })
})
