import type { Embeddings } from '../../embed/embed.js'
import type { EmbedRequest } from '../../embed/read-embed-request.js'
import type { ModelInfo } from '../../models/model-info.js'
import { cosine, rerankBlended } from '../../rerank/blend.js'
import type { RerankRequest } from '../../rerank/read-rerank-request.js'
import type { Ranking } from '../../rerank/rerank.js'
import type { Backend } from '../backend.js'
import { InTurn } from '../in-turn.js'
import { lexicalBackend } from '../lexical-backend.js'
import { loadCrossEncoder } from './cross-encoder.js'
import { loadDenseModel } from './dense-model.js'
import { findModelFolders } from './find-model-folders.js'
import { loadLibrary } from './load-library.js'
import type { LocalModel } from './local-model.js'

/**
 * Local ONNX models for the hosted ones that `modelDir` has a folder for, lexical stand-ins for the others. A reranker
 * without a folder adds the cosines of the first dense model to its lexical scores.
 */
export async function openTransformersBackend(modelDir: string): Promise<Backend> {
  const folders = await findModelFolders(modelDir, lexicalBackend.models)
  const library = await loadLibrary()
  const embedders = new Map<string, LocalModel<EmbedRequest, Embeddings>>()
  const rerankers = new Map<string, LocalModel<RerankRequest, Ranking>>()
  const close = async () => {
    const open = [...embedders.values(), ...rerankers.values()]
    embedders.clear()
    rerankers.clear()
    await Promise.all(open.map((model) => model.close()))
  }
  try {
    for (const folder of folders) {
      const { type, model } = folder.hosted
      if (type === 'embed') embedders.set(model, await loadDenseModel(library, folder))
      else rerankers.set(model, await loadCrossEncoder(library, folder))
    }
  } catch (error) {
    await close()
    throw error
  }
  const inTurn = new InTurn()
  const [dense] = embedders.values()
  return {
    models: lexicalBackend.models.map((model) => {
      const local = embedders.get(model.model) ?? rerankers.get(model.model)
      if (local) return local.info
      return dense && model.type === 'rerank' ? describeBlended(model, dense.info) : model
    }),
    embed(request, signal) {
      const model = embedders.get(request.model.model)
      if (!model) return lexicalBackend.embed(request, signal)
      return inTurn.run(() => model.answer(request, signal), signal)
    },
    rerank(request, signal) {
      const model = rerankers.get(request.model.model)
      if (model) return inTurn.run(() => model.answer(request, signal), signal)
      if (!dense) return lexicalBackend.rerank(request, signal)
      return inTurn.run(() => rerankBy(dense, request, signal), signal)
    },
    close,
  }
}

function rerankBy(
  dense: LocalModel<EmbedRequest, Embeddings>,
  request: RerankRequest,
  signal: AbortSignal,
): Promise<Ranking> {
  const vectorsOf = async (input_type: string, texts: readonly string[]) => {
    const parameters = { input_type, truncate: 'END' }
    const embeddings = await dense.answer({ model: dense.info, texts, parameters }, signal)
    return embeddings.vectorType === 'dense' ? embeddings.vectors : []
  }
  return rerankBlended(request, async (query, documents) => {
    const [asked] = await vectorsOf('query', [query])
    return (await vectorsOf('passage', documents)).map((vector) => cosine(asked ?? [], vector))
  })
}

function describeBlended(hosted: ModelInfo, dense: ModelInfo): ModelInfo {
  return {
    ...hosted,
    provider_name: `@pinecone-inference/emulator (lexical scores and cosines of the local ${dense.model}, a stand-in for the hosted model)`,
  }
}
