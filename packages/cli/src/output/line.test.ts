import { expect, it } from 'vitest'
import { jsonLine } from './line.js'

it('holds values of Parquet that JSON lacks: large integers as strings, bytes as base64', () => {
  const values = { small: 7n, large: 2n ** 53n + 1n, bytes: new Uint8Array([0xff, 0]) }
  expect(jsonLine(values)).toBe('{"small":7,"large":"9007199254740993","bytes":"/wA="}\n')
})
