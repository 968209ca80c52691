import { PineconeInference, type PineconeInferenceOptions } from '@pinecone-inference/client'
import { startEmulator } from '@pinecone-inference/emulator'

/**
 * Pinecone's service where PINECONE_API_KEY is set, otherwise the emulator, with a real model where EMULATOR_BACKEND is
 * `minilm`: the rest of a program is the same. Disposing closes what was opened.
 */
export async function inferenceService(options: PineconeInferenceOptions = {}) {
  if (process.env.PINECONE_API_KEY) {
    const client = new PineconeInference(options)
    const where = process.env.PINECONE_INFERENCE_URL ?? 'api.pinecone.io'
    return { client, where, isStandIn: false, [Symbol.asyncDispose]: () => client.close() }
  }
  const isStandIn = process.env.EMULATOR_BACKEND !== 'minilm'
  const emulator = await startEmulator({ backend: { kind: isStandIn ? 'lexical' : 'minilm' } })
  // A batch waits for those before it, and MiniLM takes some 20 s for each.
  const patient = isStandIn ? {} : { timeout: 600_000 }
  const client = new PineconeInference({ ...patient, ...options, apiKey: 'emulator', baseUrl: emulator.url })
  return {
    client,
    where: isStandIn
      ? 'the offline emulator: lexical stand-ins, not the hosted models (set PINECONE_API_KEY to use those)'
      : 'the offline emulator and all-MiniLM-L6-v2',
    /** Whether figures of retrieval would say nothing about the hosted models. */
    isStandIn,
    async [Symbol.asyncDispose]() {
      await client.close()
      await emulator.close()
    },
  }
}
