import { Pinecone } from '@pinecone-database/pinecone'

const BATCH = 96
const IN_FLIGHT = 8

/** What people write around the official SDK: batches, a few at a time, and a growing wait after each refusal. */
export async function officialSdkLoop(url: string, model: string, texts: readonly string[]): Promise<number> {
  const pinecone = new Pinecone({ apiKey: 'offline', controllerHostUrl: url })
  const batches = Array.from({ length: Math.ceil(texts.length / BATCH) }, (_, i) =>
    texts.slice(i * BATCH, (i + 1) * BATCH),
  )
  let done = 0
  const worker = async () => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      for (let attempt = 0; ; attempt++) {
        try {
          const { data } = await pinecone.inference.embed({
            model,
            inputs: batch,
            parameters: { inputType: 'passage' },
          })
          done += data.length
          break
        } catch (error) {
          // The SDK's error has the status in its text only, and no Retry-After.
          if (!/429|RESOURCE_EXHAUSTED|max tokens per minute/i.test(String(error)) || attempt >= 10)
            throw error
          await new Promise((resolve) => setTimeout(resolve, Math.min(60_000, 1000 * 2 ** attempt)))
        }
      }
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  return done
}
