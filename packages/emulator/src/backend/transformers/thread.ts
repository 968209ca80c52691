import { workerData } from 'node:worker_threads'
import type { Embeddings } from '../../embed/embed.js'
import type { EmbedRequest } from '../../embed/read-embed-request.js'
import type { ModelInfo } from '../../models/hosted-models.js'
import type { RerankRequest } from '../../rerank/read-rerank-request.js'
import type { Ranking } from '../../rerank/rerank.js'
import { serveThread } from '../thread/serve-thread.js'
import { loadCrossEncoder } from './cross-encoder.js'
import { loadDenseModel } from './dense-model.js'
import { loadLibrary } from './load-library.js'
import type { LocalModel, ModelFiles } from './local-model.js'

/** How the local models describe themselves, in the order of their folders. */
export type LocalModels = readonly ModelInfo[]

export interface LocalModelMethods {
  embed(request: EmbedRequest, signal: AbortSignal): Promise<Embeddings>
  rerank(request: RerankRequest, signal: AbortSignal): Promise<Ranking>
}

void serveThread<LocalModels, LocalModelMethods>(async () => {
  const library = await loadLibrary()
  const embedders = new Map<string, LocalModel<EmbedRequest, Embeddings>>()
  const rerankers = new Map<string, LocalModel<RerankRequest, Ranking>>()
  for (const folder of workerData as readonly ModelFiles[]) {
    const { type, model } = folder.hosted
    if (type === 'embed') embedders.set(model, await loadDenseModel(library, folder))
    else rerankers.set(model, await loadCrossEncoder(library, folder))
  }
  const models = [...embedders.values(), ...rerankers.values()]
  return {
    info: models.map(({ info }) => info),
    methods: {
      embed: (request, signal) => found(embedders, request.model).answer(request, signal),
      rerank: (request, signal) => found(rerankers, request.model).answer(request, signal),
    },
    async close() {
      await Promise.all(models.map((model) => model.close()))
    },
  }
})

function found<Model>(models: ReadonlyMap<string, Model>, { model: name }: ModelInfo): Model {
  const model = models.get(name)
  if (!model) throw new Error(`${name} has no local model`)
  return model
}
