import type { Embeddings } from '../../embed/embed.js'
import type { EmbedRequest } from '../../embed/read-embed-request.js'
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

/** Local ONNX models for the hosted ones that `modelDir` has a folder for, lexical stand-ins for the others. */
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
  return {
    models: lexicalBackend.models.map(
      (model) => (embedders.get(model.model) ?? rerankers.get(model.model))?.info ?? model,
    ),
    embed(request, signal) {
      const model = embedders.get(request.model.model)
      if (!model) return lexicalBackend.embed(request, signal)
      return inTurn.run(() => model.answer(request, signal), signal)
    },
    rerank(request, signal) {
      const model = rerankers.get(request.model.model)
      if (!model) return lexicalBackend.rerank(request, signal)
      return inTurn.run(() => model.answer(request, signal), signal)
    },
    close,
  }
}
