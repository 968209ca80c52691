import type { RankedDocument, RerankRequest, RerankResult } from '../api/rerank.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import type { Call } from '../lifetime/call.js'
import { hostedModel } from '../models/hosted-models.js'
import { checkModelUse } from '../validate/model.js'
import { checkRankFieldCount, checkRerankRequest, unwritable } from '../validate/rerank-request.js'
import { ExpectedScores } from '../wire/expected.js'
import { documentFields, type WireItem, wireItem } from '../wire/items.js'
import { encodeRerankRequest, rerankAnswer } from '../wire/rerank.js'
import type { Engine } from './engine.js'
import { ownRerankRequest } from './own-copy.js'

/** One call, one request. */
export async function rerank(request: RerankRequest, call: Call, engine: Engine): Promise<RerankResult> {
  checkRerankRequest(request)
  const facts = hostedModel(request.model)
  if (facts) {
    checkModelUse('rerank', request.model, facts, request.parameters)
    checkRankFieldCount(request.rankFields, request.model, facts)
    if (request.documents.length > facts.maxBatchSize) {
      throw new PineconeConfigurationError(
        'documents',
        `holds ${request.documents.length}; ${request.model} takes at most ${facts.maxBatchSize} in one request (rerankAll splits them)`,
      )
    }
  }
  if (request.documents.length === 0) return nothingRanked(request.model)
  const documents = request.documents.map(written)
  const expected = new ExpectedScores(request.model)
  const result = await rerankBatch({ ...ownRerankRequest(request), documents, expected }, call, engine)
  // Best first is promised; the contract only hopes that the service keeps to it.
  return { ...result, data: mergeRankings([result.data]) }
}

function written(document: string | object, index: number): WireItem {
  try {
    return wireItem(documentFields(document))
  } catch (cause) {
    throw unwritable(document, index, cause)
  }
}

/** Documents that go into one request. */
type RerankBatch = Omit<RerankRequest, 'documents'> & {
  readonly documents: readonly WireItem[]
  readonly expected: ExpectedScores
}

/** Sends documents that are known to be right. */
export async function rerankBatch(request: RerankBatch, call: Call, engine: Engine): Promise<RerankResult> {
  const { model, documents, topN, expected } = request
  return engine.sender.send(
    {
      request: { method: 'POST', path: '/rerank', body: encodeRerankRequest(request, documents) },
      content: { batchSize: documents.length },
      load: { model },
      read: () => rerankAnswer({ documents: documents.length, topN, expected }),
      usage: ({ usage }) => usage,
    },
    call,
  )
}

export function nothingRanked(model: string): RerankResult {
  return { model, data: [], usage: { rerankUnits: 0 } }
}

/**
 * One ranking of several: best score first, ties in input order, the best `topN` of them. A score belongs to
 * one pair of query and document, so scores compare across requests.
 */
export function mergeRankings(
  rankings: readonly (readonly RankedDocument[])[],
  topN?: number,
): RankedDocument[] {
  return rankings
    .flat()
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, topN)
}
