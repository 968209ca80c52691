import { type Embeddings, readTexts } from '../../embed/embed.js'
import { rotate } from '../../embed/rotate.js'
import type { ModelInfo } from '../../models/hosted-models.js'
import { cosine, rerankBlended } from '../../rerank/blend.js'
import type { Backend } from '../backend.js'
import { InTurn } from '../in-turn.js'
import { lexicalBackend } from '../lexical-backend.js'
import { ModelThread } from '../thread/model-thread.js'
import { Memory } from './memory.js'
import type { MiniLmMethods } from './thread.js'

/** Number of vectors to cache: 15 MB, plus their texts. */
const remembered = 10_000

/**
 * all-MiniLM-L6-v2 for every dense model and, together with the lexical scores, for every reranker; sparse models keep
 * their stand-ins.
 */
export async function openMiniLmBackend(): Promise<Backend> {
  const thread = await ModelThread.start<undefined, MiniLmMethods>('./minilm-thread.js')
  const inTurn = new InTurn()
  const memory = new Memory<Float32Array>(remembered)
  const vectorsOf = (texts: readonly string[], signal: AbortSignal) =>
    inTurn.run(() => memory.get(texts, (unknown) => thread.call('embed', unknown, signal)), signal)

  return {
    models: lexicalBackend.models.map(describe),
    async embed(request, signal): Promise<Embeddings> {
      if (request.model.vector_type !== 'dense') return await lexicalBackend.embed(request, signal)
      const { kept, totalTokens } = readTexts(request)
      const dimension = Number(request.parameters.dimension ?? request.model.default_dimension)
      const vectors = await vectorsOf(kept, signal)
      return { vectorType: 'dense', vectors: vectors.map((vector) => spread(vector, dimension)), totalTokens }
    },
    rerank: (request, signal) =>
      rerankBlended(request, async (query, documents) => {
        const [asked, ...found] = await vectorsOf([query, ...documents], signal)
        return found.map((vector) => cosine(asked ?? [], vector))
      }),
    close: () => thread.close(),
  }
}

/** The same vector in more dimensions, spread over all of them: lengths and cosines do not change. */
function spread(vector: Float32Array, dimension: number): Float64Array {
  const wide = new Float64Array(dimension)
  wide.set(vector)
  rotate(wide)
  return wide
}

function describe(hosted: ModelInfo): ModelInfo {
  if (hosted.vector_type === 'sparse') return hosted
  const computedBy =
    hosted.type === 'rerank' ? 'lexical scores and cosines of all-MiniLM-L6-v2' : 'all-MiniLM-L6-v2'
  return {
    ...hosted,
    provider_name: `@pinecone-inference/emulator (${computedBy}, a stand-in for the hosted model)`,
  }
}
