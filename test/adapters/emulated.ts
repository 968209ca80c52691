import { type Emulator, type EmulatorOptions, startEmulator } from '@pinecone-inference/emulator'
import { onTestFinished } from 'vitest'

/** An emulator for one test, and the fields that make an adapter use it. */
export async function emulated(options?: EmulatorOptions) {
  const emulator = await startEmulator(options)
  onTestFinished(() => emulator.close())
  return { emulator, fields: { apiKey: 'offline', baseUrl: emulator.url } }
}

interface EmbedBody {
  inputs: { text: string }[]
  parameters: Record<string, unknown>
}

/** What was embedded with which parameters, one entry per request. */
export function embedded(emulator: Emulator) {
  return emulator.requests
    .filter(({ path }) => path === '/embed')
    .map(({ body }) => {
      const { inputs, parameters } = body as EmbedBody
      return { texts: inputs.map(({ text }) => text), parameters }
    })
}
