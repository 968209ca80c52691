import type { Bench } from './bench.js'

export interface Part {
  readonly name: string
  /** Measures, and returns its section of the report. */
  run(bench: Bench, rounds: number, small: boolean): Promise<string>
}

export const NAMES: Readonly<Record<string, string>> = {
  client: '**client**',
  'client-float32': '**client**, `encoding: float32`',
  langchain: '**LangChain adapter**',
  llamaindex: '**LlamaIndex adapter**',
  floor: 'hand-written undici loop (the floor)',
  'official-sdk': 'official SDK, in lanes',
  'langchain-pinecone': '`@langchain/pinecone`, in lanes',
  'ai-sdk-provider': '**AI SDK `embedMany`, our model**',
  'ai-sdk': 'AI SDK `embedMany`, thin model',
}

export const ALL = Object.keys(NAMES)
