import type { Bench } from './bench.js'
import type { Task } from './measure.js'

export interface Part {
  readonly name: string
  /** Of its section in the report. */
  readonly title: string
  /** Where nothing is repeated. */
  readonly isOneRun?: true
  /** Measures, and returns what stands in that section. */
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

/** 100 batches, once to warm up and once measured: by then the heap has grown, and what is hot is compiled. */
export function bulkTask(small: boolean): Extract<Task, { kind: 'bulk' }> {
  const texts = small ? 192 : 9600
  return { kind: 'bulk', warmUp: texts, texts }
}
