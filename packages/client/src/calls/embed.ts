import type { EmbedParameters, EmbedRequest, EmbedResult, Encoding } from '../api/embed.js'
import type { ModelFacts, VectorType } from '../api/models.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import type { Call } from '../lifetime/call.js'
import type { ExpectedVectors } from '../models/expected.js'
import { hostedModel } from '../models/hosted.js'
import { checkModelUse } from '../validate/model.js'
import { checkEmbedRequest } from '../validate/requests.js'
import { checkBatchSize } from '../validate/values.js'
import { checked } from '../wire/answer.js'
import { embedAnswer, encodeEmbedRequest } from '../wire/embed.js'
import { textBytes, type WireItem, wireText } from '../wire/request.js'
import type { Engine } from './engine.js'

/** One call, one request. */
export async function embed<E extends Encoding>(
  request: EmbedRequest<E>,
  call: Call,
  engine: Engine,
): Promise<EmbedResult<E>> {
  checkEmbedRequest(request)
  const facts = hostedModel(request.model)
  if (facts) {
    checkModelUse('embed', request.model, facts, request.parameters)
    if (request.inputs.length > facts.maxBatchSize) {
      throw new PineconeConfigurationError(
        'inputs',
        `holds ${request.inputs.length} texts; ${request.model} takes at most ${facts.maxBatchSize} in one request (embedAll splits them)`,
      )
    }
  }
  if (request.inputs.length === 0) return nothingEmbedded(request.model)
  const { model, parameters, encoding } = request
  const expected = engine.expected.of(model, facts, parameters)
  return embedBatch({ model, parameters, encoding, expected }, request.inputs.map(wireText), call, engine)
}

/** What the requests of a call have in common. */
interface EmbedWork<E extends Encoding> {
  readonly model: string
  readonly parameters: EmbedParameters | undefined
  readonly encoding: E | undefined
  readonly expected: ExpectedVectors
}

/** Sends texts that are known to be right. */
export async function embedBatch<E extends Encoding>(
  { model, parameters, encoding, expected }: EmbedWork<E>,
  inputs: readonly WireItem[],
  call: Call,
  engine: Engine,
): Promise<EmbedResult<E>> {
  const { totalTokens, ...answer } = await engine.sender.send(
    {
      request: {
        method: 'POST',
        path: '/embed',
        body: encodeEmbedRequest(model, sentParameters(model, parameters), inputs),
      },
      content: { batchSize: inputs.length, dimension: parameters?.dimension },
      load: {
        model,
        inputType: parameters?.inputType,
        texts: { texts: inputs.length, bytes: textBytes(inputs) },
      },
      read: () => checked(embedAnswer({ inputs, encoding }), (answer) => expected.hold(answer)),
      usage: ({ totalTokens }) => (totalTokens === undefined ? {} : { totalTokens }),
    },
    call,
  )
  return { ...answer, usage: { totalTokens: totalTokens ?? 0 } }
}

/** A model with a single dimension declares no such parameter, so that dimension is not sent. */
function sentParameters(model: string, parameters: EmbedParameters = {}): EmbedParameters {
  const isFixed = hostedModel(model)?.dimensions?.length === 1
  return isFixed ? { ...parameters, dimension: undefined } : parameters
}

export function nothingEmbedded(model: string): EmbedResult<never> {
  return { model, vectorType: madeBy(model), data: [], usage: { totalTokens: 0 } }
}

/** The vectors that a model makes, before it has made any. */
export function madeBy(model: string): VectorType {
  return hostedModel(model)?.vectorType ?? 'dense'
}

/**
 * How many texts a request of this call may hold, and what is known of the model. Refuses parameters, or a batch size,
 * that the model does not take.
 */
export async function inputsPerRequest(
  bulk: {
    model: string
    parameters?: EmbedParameters | undefined
    inputs: number
    batchSize?: number | undefined
  },
  call: Call,
  engine: Engine,
): Promise<{ count: number; facts: ModelFacts | undefined }> {
  const { model, parameters, batchSize } = bulk
  checkBatchSize(batchSize)
  const facts = await engine.catalog.facts(model, 'embed', bulk.inputs, call)
  if (!facts) return { count: batchSize ?? 1, facts }
  checkModelUse('embed', model, facts, parameters)
  checkBatchSize(batchSize, { most: facts.maxBatchSize, model })
  return { count: batchSize ?? facts.maxBatchSize, facts }
}

/** Sends a text that no model refuses: if this fails too, the request itself is at fault. */
export function embedProbe<E extends Encoding>(
  work: EmbedWork<E>,
  call: Call,
  engine: Engine,
): Promise<EmbedResult<E>> {
  return embedBatch(work, [wireText('a', 0)], call, engine)
}
