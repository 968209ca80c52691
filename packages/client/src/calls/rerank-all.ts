import type { RankedDocument, RerankDocument, RerankRequest, RerankResult } from '../api/rerank.js'
import { halveRefused } from '../batches/halve-refused.js'
import { type Batch, planBatches } from '../batches/plan-batches.js'
import { documentSize, MAX_REQUEST_BYTES } from '../batches/request-size.js'
import { runBatches } from '../batches/run-batches.js'
import type { Call } from '../delivery/call.js'
import { isTooLarge } from '../delivery/refusal.js'
import { checkModelUse } from '../validate/model.js'
import { checkRankFieldCount, checkRerankRequest } from '../validate/rerank-request.js'
import { documentFields } from '../wire/document-fields.js'
import { AHEAD_PER_SLOT } from './embed-all.js'
import type { Engine } from './engine.js'
import { failedIn, isCallsOwn } from './failed-in.js'
import { mergeRankings } from './merge-rankings.js'
import { modelFacts } from './model-facts.js'
import { ownRerankRequest } from './own-copy.js'
import { nothingRanked, rerankBatch } from './rerank.js'

/** Any number of documents: split to the model's limits, ranked side by side, merged into one ranking. */
export async function rerankAll(given: RerankRequest, call: Call, engine: Engine): Promise<RerankResult> {
  checkRerankRequest(given)
  const request = ownRerankRequest(given)
  const { model, documents, topN, returnDocuments = true } = request
  const toRank = documents.map((document) => rankedFields(document, request.rankFields ?? ['text']))
  const facts = await modelFacts(model, documents.length, call, engine)
  if (facts) {
    checkModelUse('rerank', model, facts, request.parameters)
    checkRankFieldCount(request.rankFields, model, facts)
  }
  if (documents.length === 0) return nothingRanked(model)

  const count = facts?.maxBatchSize ?? 1
  if (documents.length > count) call.lane = 'bulk'
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
  const deliver = async ({ start, items }: Batch<RerankDocument>) => {
    const result = await rerankBatch(
      {
        ...request,
        documents: items,
        returnDocuments: false,
        ...(topN === undefined ? {} : { topN: Math.min(topN, items.length) }),
      },
      call,
      engine,
    )
    rankings.push(result.data.map(({ index, score }) => ({ index: start + index, score })))
    usage.rerankUnits += result.usage.rerankUnits
  }
  const fail = (part: Batch<RerankDocument>, error: unknown) => {
    throw failedIn(part, error, call)
  }
  try {
    const limits = { count, bytes: Math.max(1, MAX_REQUEST_BYTES - documentSize([request.query])) }
    const batches = planBatches(toRank, limits, documentSize)
    await runBatches(batches, AHEAD_PER_SLOT * engine.maxConcurrency, call, (batch) =>
      halveRefused(batch, { deliver, fail, mayPassInHalves: isTooLarge }),
    )
  } catch (error) {
    if (isCallsOwn(error, call)) error.partial = { data: merged(), usage }
    throw error
  }
  return { model, data: merged(), usage }
}

/** Only what is ranked by goes to the service; the caller's own object is put back beside its score. */
function rankedFields(document: string | object, rankFields: readonly string[]): RerankDocument {
  const fields = documentFields(document)
  if (typeof document === 'string') return fields
  return Object.fromEntries(
    rankFields.flatMap((field) => (fields[field] === undefined ? [] : [[field, fields[field]]])),
  )
}
