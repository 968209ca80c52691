import type { LLM } from '@llamaindex/core/llms'
import { MockLLM } from '@llamaindex/core/llms/mock'
import type { BaseQueryEngine } from 'llamaindex'

/** A chat model where OPENAI_API_KEY is set; else one that says nothing, so that a query engine can be built. */
export async function chatModel(): Promise<LLM> {
  if (!process.env.OPENAI_API_KEY) return new MockLLM({ responseMessage: '', timeBetweenToken: 0 })
  const { OpenAI } = await import('@llamaindex/openai')
  return new OpenAI({ model: 'gpt-4o-mini' })
}

/** A chat model's answer from the best passages, with their files. */
export async function answer(question: string, engine: BaseQueryEngine): Promise<string> {
  const { message, sourceNodes = [] } = await engine.query({ query: question })
  const sources = new Set(sourceNodes.slice(0, 3).map(({ node }) => String(node.metadata.source)))
  return `${message.content} (${[...sources].join(', ')})`
}
