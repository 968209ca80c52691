import type { EmbedRequest, EmbedStreamRequest, Encoding } from '../api/embed.js'
import type { RerankRequest } from '../api/rerank.js'

// A caller may fill its array anew as soon as it has the promise; what is sent later must not change with it.
// Property by property, so that a class with getters is a request too.

export function ownEmbedRequest<E extends Encoding>(request: EmbedRequest<E>): EmbedRequest<E> {
  const { model, inputs, parameters, encoding } = request
  return { model, inputs: [...inputs], parameters: copied(parameters), encoding }
}

export function ownRerankRequest(request: RerankRequest): RerankRequest {
  const { model, query, documents, topN, returnDocuments, rankFields, parameters } = request
  return {
    model,
    query,
    documents: [...documents],
    topN,
    returnDocuments,
    rankFields: rankFields && [...rankFields],
    parameters: copied(parameters),
  }
}

export function ownStreamRequest<E extends Encoding>(request: EmbedStreamRequest<E>): EmbedStreamRequest<E> {
  const { model, inputs, parameters, encoding } = request
  return { model, inputs, parameters: copied(parameters), encoding }
}

function copied<P extends object | undefined>(parameters: P): P {
  return parameters && { ...parameters }
}
