import type { ModelInfo } from '../../models/hosted-models.js'
import { pairTooLong } from '../../models/too-long.js'
import type { RerankRequest } from '../../rerank/read-rerank-request.js'
import { type Ranking, rankByScore } from '../../rerank/rerank.js'
import type { Truncate } from '../../text/truncate.js'
import type { Library } from './load-library.js'
import { describeLocal, type LocalModel, type ModelFiles, tryOut } from './local-model.js'
import { loadOnnxModel, type OnnxModel, type Tokens } from './onnx-model.js'
import type { ModelSettings } from './read-model-settings.js'
import { bareTokens, cut } from './tokens.js'

/** A sequence classifier for query and document, whose single logit becomes a score in 0..1. */
export async function loadCrossEncoder(
  library: Library,
  { hosted, path, settings }: ModelFiles,
): Promise<LocalModel<RerankRequest, Ranking>> {
  const model = await loadOnnxModel(library, 'AutoModelForSequenceClassification', path, settings)
  const run = (items: readonly Tokens[], signal?: AbortSignal) =>
    model.run(items, ['logits'], readScores, signal)
  await tryOut(path, () => run([model.tokenize('hello', 'world')]))

  return {
    info: describeCrossEncoder(hosted, settings),
    async answer({ model: info, query, texts, topN, parameters }, signal) {
      const truncate = (parameters.truncate ?? 'END') as Truncate
      const items = texts.map((fields) => fit(model, info, { query, document: fields.join('\n'), truncate }))
      return rankByScore(await run(items, signal), topN)
    },
    close: model.close,
  }
}

function fit(
  model: OnnxModel,
  info: ModelInfo,
  { query, document, truncate }: { query: string; document: string; truncate: Truncate },
): Tokens {
  const tokens = model.tokenize(query, document)
  const excess = tokens.ids.length - info.max_sequence_length
  if (excess <= 0) return tokens
  const part = bareTokens(model, document)
  if (excess >= part.length) throw pairTooLong(info, tokens.ids.length - part.length)
  if (truncate === 'NONE') throw pairTooLong(info, tokens.ids.length)
  return cut(tokens, part, { excess, truncate })
}

function readScores(values: Float32Array, dims: readonly number[]): number[] {
  if (dims.length !== 2 || dims[1] !== 1) {
    throw new Error(
      `its logits have the shape [${dims.join(', ')}]; a cross-encoder gives one number per pair`,
    )
  }
  return Array.from(values, (logit) => {
    if (Number.isNaN(logit)) throw new Error('the model gave a score that is not a number')
    return 1 / (1 + Math.exp(-logit))
  })
}

function describeCrossEncoder(hosted: ModelInfo, settings: ModelSettings): ModelInfo {
  const local = describeLocal(hosted, settings)
  return {
    ...local,
    short_description: `Reranks up to ${hosted.max_batch_size} documents by a local ONNX model (${settings.architecture}); query and document of up to ${local.max_sequence_length} tokens.`,
  }
}
