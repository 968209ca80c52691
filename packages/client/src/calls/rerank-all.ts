import type { RankedDocument, RerankDocument, RerankRequest, RerankResult } from '../api/rerank.js'
import { piecesOf } from '../batches/pieces.js'
import { AHEAD_PER_SLOT, MAX_REQUEST_BYTES, planBatches } from '../batches/plan-batches.js'
import type { PineconeInferenceError } from '../errors/inference-error.js'
import { isCallTimeout } from '../errors/timeout-error.js'
import type { Call } from '../lifetime/call.js'
import { checkModelUse } from '../validate/model.js'
import { checkRankFieldCount, checkRerankRequest } from '../validate/rerank-request.js'
import { ExpectedScores } from '../wire/expected.js'
import { documentFields, wireItem } from '../wire/items.js'
import { type Engine, modelFacts } from './engine.js'
import { ownRerankRequest } from './own-copy.js'
import { mergeRankings, nothingRanked, rerankBatch } from './rerank.js'

/** Any number of documents: split to the model's limits, ranked side by side, merged into one ranking. */
export async function rerankAll(given: RerankRequest, call: Call, engine: Engine): Promise<RerankResult> {
  checkRerankRequest(given)
  const request = ownRerankRequest(given)
  const { model, documents, topN, returnDocuments = true } = request
  const rankFields = request.rankFields ?? ['text']
  const toRank = documents.map((document) => wireItem(rankedFields(document, rankFields)))
  const facts = await modelFacts(model, documents.length, call, engine)
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
  const merged = () =>
    mergeRankings(rankings, topN).flatMap(({ index, score }) =>
      returnDocuments
        ? documents
            .slice(index, index + 1)
            .map((document) => ({ index, score, document: documentFields(document) }))
        : [{ index, score }],
    )
  const bytes = Math.max(1, MAX_REQUEST_BYTES - wireItem([request.query]).bytes)
  const pieces = piecesOf(planBatches(toRank, { count, bytes }), {
    call,
    slots: engine.maxConcurrency,
    window: AHEAD_PER_SLOT * engine.maxConcurrency,
    order: 'any',
    send: ({ items }, part) => {
      const most = topN === undefined ? {} : { topN: Math.min(topN, items.length) }
      return rerankBatch(
        { ...request, ...most, documents: items, returnDocuments: false, expected },
        part,
        engine,
      )
    },
  })
  let failure: PineconeInferenceError | undefined
  try {
    for await (const piece of pieces) {
      if ('error' in piece) {
        failure ??= piece.error
      } else {
        rankings.push(piece.result.data.map(({ index, score }) => ({ index: piece.start + index, score })))
        usage.rerankUnits += piece.result.usage.rerankUnits
      }
    }
  } catch (error) {
    if (isCallTimeout(error)) error.partial = { data: merged(), usage }
    throw error
  }
  if (failure) {
    failure.partial = { data: merged(), usage }
    throw failure
  }
  return { model: expected.model, data: merged(), usage }
}

/** Only what is ranked by goes to the service; the caller's own object is put back beside its score. */
function rankedFields(document: string | object, rankFields: readonly string[]): RerankDocument {
  const fields = documentFields(document)
  if (typeof document === 'string') return fields
  return Object.fromEntries(
    rankFields.flatMap((field) => (fields[field] === undefined ? [] : [[field, fields[field]]])),
  )
}
