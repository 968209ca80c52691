import { kindOf } from '../errors/as-written.js'
import { PineconeConfigurationError, refusedInput } from '../errors/configuration-error.js'

/** Refuses anything but a non-empty string as input number `index`. */
export function checkText(text: unknown, index: number): asserts text is string {
  if (typeof text === 'string' && text !== '') return
  const problem = text === '' ? 'is an empty string' : `is ${kindOf(text)}`
  throw refusedInput(`inputs[${index}]`, `${problem}; every input must be a non-empty string`, index)
}

/** Refuses anything but an array of non-empty strings. */
export function checkTexts(inputs: unknown): asserts inputs is readonly string[] {
  if (!Array.isArray(inputs)) throw new PineconeConfigurationError('inputs', 'must be an array of strings')
  // not forEach: it would skip the holes of a sparse array
  for (let i = 0; i < inputs.length; i++) checkText(inputs[i], i)
}
