import { PineconeInference, type PineconeInferenceOptions } from '@pinecone-inference/client'
import { startEmulator } from '@pinecone-inference/emulator'

/**
 * Pinecone's service where PINECONE_API_KEY is set, otherwise the emulator: the rest of a program is the same.
 * Disposing closes what was opened.
 */
export async function inferenceService(options: PineconeInferenceOptions = {}) {
  if (process.env.PINECONE_API_KEY) {
    const client = new PineconeInference(options)
    const where = process.env.PINECONE_INFERENCE_URL ?? 'api.pinecone.io'
    return { client, where, isStandIn: false, [Symbol.asyncDispose]: () => client.close() }
  }
  const emulator = await startEmulator()
  const client = new PineconeInference({ ...options, apiKey: 'emulator', baseUrl: emulator.url })
  return {
    client,
    where:
      'the offline emulator: lexical stand-ins, not the hosted models (set PINECONE_API_KEY to use those)',
    /** Whether figures of retrieval would say nothing about the hosted models. */
    isStandIn: true,
    async [Symbol.asyncDispose]() {
      await client.close()
      await emulator.close()
    },
  }
}
