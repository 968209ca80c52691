import { type EmulatorOptions, startEmulator } from '@pinecone-inference/emulator'
import { onTestFinished } from 'vitest'

/** An emulator for one test, and the environment that leads a command to it. */
export async function service(options: EmulatorOptions = {}) {
  const emulator = await startEmulator(options)
  onTestFinished(() => emulator.close())
  return { emulator, env: { PINECONE_INFERENCE_URL: emulator.url, PINECONE_API_KEY: 'local' } }
}
