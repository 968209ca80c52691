import { expect, it } from 'vitest'
import { camelCase, snakeCase } from './letter-case.js'

it('spells a parameter as the API does and back', () => {
  expect(snakeCase('maxTokensPerSequence')).toBe('max_tokens_per_sequence')
  expect(camelCase('max_tokens_per_sequence')).toBe('maxTokensPerSequence')
})

it('leaves a name that is right already', () => {
  expect(snakeCase('input_type')).toBe('input_type')
  expect(camelCase('inputType')).toBe('inputType')
})
