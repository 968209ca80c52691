import type { EmbedRequest, Encoding } from '../api/embed.js'
import { asWritten, kindOf } from '../errors/as-written.js'
import { PineconeConfigurationError, refusedInput } from '../errors/configuration-error.js'
import { checkRequest } from './model.js'
import type { NamesOf } from './options.js'

const EMBED_REQUEST: NamesOf<EmbedRequest> = { model: true, inputs: true, parameters: true, encoding: true }

/** Refuses an embed request that no model could answer. */
export function checkEmbedRequest(request: EmbedRequest<Encoding>): void {
  checkEmbedFields(request)
  checkTexts(request.inputs)
}

/** The same, but for the inputs: those of a stream are checked as they come. */
export function checkEmbedFields(request: unknown): void {
  checkRequest(request, EMBED_REQUEST)
  const { encoding } = request as { encoding?: unknown }
  if (encoding === undefined || encoding === 'number' || encoding === 'float32') return
  throw new PineconeConfigurationError('encoding', `is ${asWritten(encoding)}`, ['number', 'float32'])
}

/** Refuses anything but a non-empty string as input number `index`. */
export function checkText(text: unknown, index: number): asserts text is string {
  if (typeof text === 'string' && text !== '') return
  const problem = text === '' ? 'is an empty string' : `is ${kindOf(text)}`
  throw refusedInput(`inputs[${index}]`, `${problem}; every input must be a non-empty string`, index)
}

function checkTexts(inputs: unknown): void {
  if (!Array.isArray(inputs)) throw new PineconeConfigurationError('inputs', 'must be an array of strings')
  // not forEach: it would skip the holes of a sparse array
  for (let i = 0; i < inputs.length; i++) checkText(inputs[i], i)
}
