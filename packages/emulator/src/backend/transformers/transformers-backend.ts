import type { ModelInfo } from '../../models/hosted-models.js'
import { cosine, rerankBlended } from '../../rerank/blend.js'
import type { RerankRequest } from '../../rerank/read-rerank-request.js'
import type { Ranking } from '../../rerank/rerank.js'
import type { Backend } from '../backend.js'
import { InTurn } from '../in-turn.js'
import { lexicalBackend } from '../lexical-backend.js'
import { ModelThread } from '../thread/model-thread.js'
import { findModelFolders } from './find-model-folders.js'
import type { ModelFiles } from './local-model.js'
import { readModelSettings } from './read-model-settings.js'
import type { LocalModelMethods, LocalModels } from './thread.js'

type Thread = ModelThread<LocalModels, LocalModelMethods>

/**
 * Local ONNX models for the hosted ones that have a folder in `modelDir`, lexical stand-ins for the others. A reranker
 * without a folder adds the cosines of the first dense model to its lexical scores.
 */
export async function openTransformersBackend(modelDir: string): Promise<Backend> {
  const folders = await findModelFolders(modelDir, lexicalBackend.models)
  const files: ModelFiles[] = await Promise.all(
    folders.map(async (folder) => ({ ...folder, settings: await readModelSettings(folder.path) })),
  )
  const thread: Thread = await ModelThread.start('./transformers-thread.js', files)
  const local = new Map(thread.info.map((info) => [info.model, info]))
  const dense = thread.info.find(({ type }) => type === 'embed')
  const inTurn = new InTurn()
  return {
    models: lexicalBackend.models.map(
      (model) =>
        local.get(model.model) ?? (dense && model.type === 'rerank' ? describeBlended(model, dense) : model),
    ),
    embed(request, signal) {
      if (!local.has(request.model.model)) return lexicalBackend.embed(request, signal)
      return inTurn.run(() => thread.call('embed', request, signal), signal)
    },
    rerank(request, signal) {
      if (local.has(request.model.model)) {
        return inTurn.run(() => thread.call('rerank', request, signal), signal)
      }
      if (!dense) return lexicalBackend.rerank(request, signal)
      return inTurn.run(() => rerankBy(thread, dense, request, signal), signal)
    },
    close: () => thread.close(),
  }
}

function rerankBy(
  thread: Thread,
  dense: ModelInfo,
  request: RerankRequest,
  signal: AbortSignal,
): Promise<Ranking> {
  const vectorsOf = async (input_type: string, texts: readonly string[]) => {
    const parameters = { input_type, truncate: 'END' }
    const embeddings = await thread.call('embed', { model: dense, texts, parameters }, signal)
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
