import { type Emulator, type EmulatorOptions, startEmulator } from '@pinecone-inference/emulator'
import { onTestFinished } from 'vitest'
import { createPinecone, type PineconeProviderSettings } from '../dist/index.js'

type Options = Exclude<PineconeProviderSettings, { client: object }>

/** An emulator for one test, and a provider that sends to it. */
export async function emulated(options: EmulatorOptions = {}, settings: Options = {}) {
  const emulator = await startEmulator(options)
  const pinecone = createPinecone({ apiKey: 'offline', baseUrl: emulator.url, ...settings })
  onTestFinished(async () => {
    await emulator.close()
    await pinecone.close()
  })
  return { emulator, pinecone }
}

interface EmbedBody {
  inputs: { text: string }[]
  parameters: Record<string, unknown>
}

/** What was embedded with which parameters, an entry per request. */
export function embedded({ requests }: Emulator) {
  return requests.map(({ body }) => {
    const { inputs, parameters } = body as EmbedBody
    return { texts: inputs.map(({ text }) => text), parameters }
  })
}

interface RerankBody {
  documents: Record<string, string>[]
  rank_fields?: string[]
  parameters?: Record<string, unknown>
}

/** What was ranked, an entry per request. */
export function ranked({ requests }: Emulator) {
  return requests.map(({ body }) => body as RerankBody)
}
