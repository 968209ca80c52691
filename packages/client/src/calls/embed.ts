import type { EmbedRequest, EmbedResult, Encoding } from '../api/embed.js'
import { utf8Length } from '../batches/request-size.js'
import type { Call } from '../delivery/call.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { hostedModel } from '../models/hosted-models.js'
import { checkEncoding } from '../validate/encoding.js'
import { checkModelUse, checkRequest, EMBED_REQUEST } from '../validate/model.js'
import { checkTexts } from '../validate/texts.js'
import { embedAnswer, encodeEmbedRequest } from '../wire/embed.js'
import type { Engine } from './engine.js'
import { ownEmbedRequest } from './own-copy.js'
import { expectedVectorType } from './uniform-vectors.js'

/** One call, one request. */
export async function embed<E extends Encoding>(
  request: EmbedRequest<E>,
  call: Call,
  engine: Engine,
): Promise<EmbedResult<E>> {
  checkRequest(request, EMBED_REQUEST)
  checkEncoding(request.encoding)
  checkTexts(request.inputs)
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
  return embedBatch(ownEmbedRequest(request), call, engine)
}

/** Sends texts that are known to be right. */
export async function embedBatch<E extends Encoding>(
  request: EmbedRequest<E>,
  call: Call,
  engine: Engine,
): Promise<EmbedResult<E>> {
  const { model, inputs, parameters } = request
  const { totalTokens, ...answer } = await engine.sender.send(
    {
      request: { method: 'POST', path: '/embed', body: encodeEmbedRequest(request) },
      content: { batchSize: inputs.length, dimension: parameters?.dimension },
      load: {
        model,
        inputType: parameters?.inputType,
        textBytes: inputs.reduce((bytes, text) => bytes + utf8Length(text), 0),
      },
      read: () => embedAnswer(request),
      usage: ({ totalTokens }) => (totalTokens === undefined ? {} : { totalTokens }),
    },
    call,
  )
  return { ...answer, usage: { totalTokens: totalTokens ?? 0 } }
}

export function nothingEmbedded(model: string): EmbedResult<never> {
  return { model, vectorType: expectedVectorType(model), data: [], usage: { totalTokens: 0 } }
}
