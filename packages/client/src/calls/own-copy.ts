import type { EmbedRequest, EmbedStreamRequest, Encoding } from '../api/embed.js'
import type { RerankRequest } from '../api/rerank.js'

// A caller may fill its array anew as soon as it has the promise; what is sent later must not change with it.

export function ownEmbedRequest<E extends Encoding>(request: EmbedRequest<E>): EmbedRequest<E> {
  return { ...ownParameters(request), inputs: [...request.inputs] }
}

export function ownRerankRequest(request: RerankRequest): RerankRequest {
  const { documents, rankFields } = request
  return {
    ...ownParameters(request),
    documents: [...documents],
    ...(rankFields && { rankFields: [...rankFields] }),
  }
}

export function ownStreamRequest<E extends Encoding>(request: EmbedStreamRequest<E>): EmbedStreamRequest<E> {
  return ownParameters(request)
}

function ownParameters<R extends { parameters?: object | undefined }>(request: R): R {
  return { ...request, ...(request.parameters && { parameters: { ...request.parameters } }) }
}
