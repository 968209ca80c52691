import type { RankedDocument, RerankDocument, RerankRequest, RerankResult } from '../api/rerank.js'
import { piecesOf } from '../batches/pieces.js'
import { AHEAD_PER_SLOT, MAX_REQUEST_BYTES, planBatches } from '../batches/plan-batches.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import type { Call } from '../lifetime/call.js'
import { hostedModel } from '../models/catalog.js'
import { ExpectedScores } from '../models/expected.js'
import { checkModelUse, checkRankFieldCount } from '../validate/model.js'
import { checkRerankRequest, unwritable } from '../validate/requests.js'
import { checked } from '../wire/answer.js'
import { documentFields, type WireItem, wireItem } from '../wire/request.js'
import { encodeRerankRequest, rerankAnswer } from '../wire/rerank.js'
import { type Engine, gather } from './engine.js'

/** Ranks the documents in a single request. */
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
  const copy = copyOf(request)
  const result = await rerankBatch({ ...copy, documents, returnDocuments: false, expected }, call, engine)
  // This method promises best first; the API contract does not guarantee it.
  return { ...result, data: withDocuments(mergeRankings([result.data]), copy) }
}

function written(document: string | object, index: number): WireItem {
  try {
    return wireItem(documentFields(document), index)
  } catch (cause) {
    throw unwritable(document, index, cause)
  }
}

/** Ranks any number of documents: split to the model's limits, sent in parallel, merged into one ranking. */
export async function rerankAll(given: RerankRequest, call: Call, engine: Engine): Promise<RerankResult> {
  checkRerankRequest(given)
  const request = copyOf(given)
  const { model, documents, topN } = request
  const rankFields = request.rankFields ?? ['text']
  const toRank = documents.map((document, index) => wireItem(rankedFields(document, rankFields), index))
  const facts = await engine.catalog.facts(model, 'rerank', documents.length, call)
  if (facts) {
    checkModelUse('rerank', model, facts, request.parameters)
    checkRankFieldCount(request.rankFields, model, facts)
  }
  if (documents.length === 0) return nothingRanked(model)

  const count = facts?.maxBatchSize ?? 1
  if (documents.length > count) call.lane = 'bulk'
  const expected = new ExpectedScores(model)
  const rankings: RankedDocument[][] = []
  const usage = { rerankUnits: 0 }
  const merged = () => withDocuments(mergeRankings(rankings, topN), request)
  const bytes = Math.max(1, MAX_REQUEST_BYTES - wireItem([request.query], 0).bytes)
  const pieces = piecesOf(planBatches(toRank, { count, bytes }), {
    call,
    slots: engine.maxConcurrency,
    window: AHEAD_PER_SLOT * engine.maxConcurrency,
    order: 'any',
    send: (batch, part) => {
      const limit = topN === undefined ? {} : { topN: Math.min(topN, batch.length) }
      return rerankBatch(
        { ...request, ...limit, documents: batch, returnDocuments: false, expected },
        part,
        engine,
      )
    },
  })
  await gather(pieces, {
    delivered({ batch, result }) {
      rankings.push(result.data.map(({ index, score }) => ({ index: batch[index]?.index ?? index, score })))
      usage.rerankUnits += result.usage.rerankUnits
    },
    partial: () => ({ data: merged(), usage }),
  })
  return { model: expected.model, data: merged(), usage }
}

/** Attaches the caller's own documents, so that none has to be sent back. */
function withDocuments(
  ranking: readonly RankedDocument[],
  { documents, returnDocuments = true }: RerankRequest,
): RankedDocument[] {
  return ranking.map(({ index, score }) => {
    const document = returnDocuments ? documents[index] : undefined
    return document === undefined ? { index, score } : { index, score, document: documentFields(document) }
  })
}

/** Only the fields to rank by are sent to the service. */
function rankedFields(document: string | object, rankFields: readonly string[]): RerankDocument {
  const fields = documentFields(document)
  if (typeof document === 'string') return fields
  return Object.fromEntries(
    rankFields.flatMap((field) => (fields[field] === undefined ? [] : [[field, fields[field]]])),
  )
}

/** The documents of one request. */
type RerankBatch = Omit<RerankRequest, 'documents'> & {
  readonly documents: readonly WireItem[]
  readonly expected: ExpectedScores
}

/** Sends documents that have been checked. */
async function rerankBatch(request: RerankBatch, call: Call, engine: Engine): Promise<RerankResult> {
  const { model, documents, topN, expected } = request
  return engine.sender.send(
    {
      request: { method: 'POST', path: '/rerank', body: encodeRerankRequest(request, documents) },
      content: { batchSize: documents.length },
      load: { model },
      read: () =>
        checked(rerankAnswer({ documents: documents.length, topN }), (answer) => expected.check(answer)),
      usage: ({ usage }) => usage,
    },
    call,
  )
}

function nothingRanked(model: string): RerankResult {
  return { model, data: [], usage: { rerankUnits: 0 } }
}

/**
 * Merges rankings: best score first, ties in input order, at most `topN`. A score depends on the query and one document
 * only, so scores of different requests are comparable.
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

/**
 * A copy, because the caller may reuse its arrays as soon as it has the promise. Field by field, because a request may
 * be an object with getters.
 */
function copyOf(request: RerankRequest): RerankRequest {
  const { model, query, documents, topN, returnDocuments, rankFields, parameters } = request
  return {
    model,
    query,
    documents: [...documents],
    topN,
    returnDocuments,
    rankFields: rankFields && [...rankFields],
    parameters: parameters && { ...parameters },
  }
}
