import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import type { Encoding } from '../api/embed.js'
import type { AnswerReader } from './answer.js'
import { embedAnswer } from './embed.js'
import { wireText } from './request.js'

/** The same module in a runtime that compiles no WebAssembly. */
vi.stubGlobal('WebAssembly', undefined)
vi.resetModules()
const withoutWebAssembly = await import('./embed.js')
vi.unstubAllGlobals()

const inputs = ['a', 'b'].map(wireText)
const due = (encoding: Encoding) => ({ inputs, encoding })

/** The result, or the message of the error. */
function outcome(reader: AnswerReader<unknown>, body: string, chunkLength: number): unknown {
  const bytes = new TextEncoder().encode(body)
  for (let start = 0; start < bytes.length; start += chunkLength) {
    reader.push(bytes.subarray(start, start + chunkLength))
  }
  try {
    return reader.end({ contentType: 'application/json', redact: (text) => text })
  } catch (error) {
    return String(error)
  }
}

const dense = {
  model: 'a-model',
  vector_type: 'dense',
  data: [
    { vector_type: 'dense', values: [0.5, -1.25e-7] },
    { vector_type: 'dense', values: [0.012345678901234567, 3] },
  ],
  usage: { total_tokens: 5 },
}
const sparse = {
  model: 'a-model',
  vector_type: 'sparse',
  data: [
    { vector_type: 'sparse', sparse_values: [0.5, 2], sparse_indices: [4294967295, 16777217] },
    { vector_type: 'sparse', sparse_values: [1], sparse_indices: [7], sparse_tokens: ['[1, "ü'] },
  ],
  usage: { total_tokens: 5 },
}
const bodies = [dense, sparse].flatMap((answer) => [JSON.stringify(answer), JSON.stringify(answer, null, 1)])

const encodings = ['number', 'float32'] as const

it.each(encodings)(
  'an answer as %s is read alike with and without WebAssembly, wherever it is cut',
  (encoding) => {
    for (const body of bodies) {
      const whole = outcome(withoutWebAssembly.embedAnswer(due(encoding)), body, body.length)
      expect(whole).toHaveProperty('data')
      for (let length = 1; length < body.length; length++) {
        expect(outcome(embedAnswer(due(encoding)), body, length)).toEqual(whole)
      }
    }
  },
)

it('an answer that breaks the contract is refused with the same message', () => {
  const breaks = fc.record({
    body: fc.constantFrom(...bodies),
    at: fc.nat(),
    insert: fc.constantFrom(
      '',
      '0',
      '-',
      '.',
      'e99',
      ',',
      ' ',
      '[',
      ']',
      '"',
      'null',
      '1e999',
      '1e39',
      '[1]',
      '[1,2]',
    ),
    remove: fc.integer({ min: 0, max: 12 }),
    length: fc.integer({ min: 1, max: 400 }),
    encoding: fc.constantFrom(...encodings),
  })
  fc.assert(
    fc.property(breaks, ({ body, at, insert, remove, length, encoding }) => {
      const place = at % body.length
      const broken = body.slice(0, place) + insert + body.slice(place + remove)
      const expected = outcome(withoutWebAssembly.embedAnswer(due(encoding)), broken, length)
      expect(outcome(embedAnswer(due(encoding)), broken, length)).toEqual(expected)
    }),
    { numRuns: 3_000 },
  )
})

it.each([
  ['numbers for data', (answer: typeof dense) => ({ ...answer, data: [1, 2, 3] })],
  ['a number for an embedding', (answer: typeof dense) => ({ ...answer, data: [1, answer.data[1]] })],
  [
    'numbers for tokens',
    (answer: typeof dense) => ({
      ...sparse,
      data: [{ ...sparse.data[1], sparse_tokens: [9] }, {}],
      model: answer.model,
    }),
  ],
  [
    'fractions for indices',
    () => ({ ...sparse, data: [{ ...sparse.data[0], sparse_indices: [1.5, 2] }, {}] }),
  ],
])('%s are refused with the same message', (_, change) => {
  for (const encoding of encodings) {
    const body = JSON.stringify(change(dense))
    const refusal = outcome(withoutWebAssembly.embedAnswer(due(encoding)), body, 100)
    expect(refusal).toMatch(/broke the contract/)
    expect(outcome(embedAnswer(due(encoding)), body, 100)).toBe(refusal)
  }
})
