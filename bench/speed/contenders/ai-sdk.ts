import { type EmbeddingModel, embed, embedMany } from 'ai'
import { BATCH, type Contender, IN_FLIGHT, MODEL } from '../contender.js'

/** The thinnest model the AI SDK takes: fetch, and the answer as it is. */
function thinModel(url: string, input_type: string): Exclude<EmbeddingModel, string> {
  return {
    specificationVersion: 'v4',
    provider: 'pinecone',
    modelId: MODEL,
    maxEmbeddingsPerCall: BATCH,
    supportsParallelCalls: true,
    async doEmbed({ values, abortSignal }) {
      const response = await fetch(`${url}/embed`, {
        method: 'POST',
        headers: {
          'api-key': 'offline',
          'content-type': 'application/json',
          'x-pinecone-api-version': '2025-10',
        },
        body: JSON.stringify({
          model: MODEL,
          inputs: values.map((text) => ({ text })),
          parameters: { input_type },
        }),
        ...(abortSignal ? { signal: abortSignal } : {}),
      })
      const { data } = (await response.json()) as { data: { values: number[] }[] }
      return { embeddings: data.map((item) => item.values), warnings: [] }
    },
  }
}

export function open(url: string): Contender {
  const passages = thinModel(url, 'passage')
  const queries = thinModel(url, 'query')
  return {
    embedMany: async (values) =>
      (await embedMany({ model: passages, values, maxParallelCalls: IN_FLIGHT })).embeddings,
    embedQuery: async (value) => (await embed({ model: queries, value })).embedding,
  }
}
