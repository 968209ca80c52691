import type { LLM } from '@llamaindex/core/llms'
import { MockLLM } from '@llamaindex/core/llms/mock'
import type { PineconeRerank } from '@pinecone-inference/llamaindex'
import { type BaseQueryEngine, MetadataMode, TextNode } from 'llamaindex'
import { extractSentences } from '../report/extract-sentences.js'

/** A chat model where OPENAI_API_KEY is set; else one that says nothing, so that a query engine can be built. */
export async function chatModel(): Promise<LLM> {
  if (!process.env.OPENAI_API_KEY) return new MockLLM({ responseMessage: '', timeBetweenToken: 0 })
  const { OpenAI } = await import('@llamaindex/openai')
  return new OpenAI({ model: 'gpt-4o-mini' })
}

/** Answers from the best passages: by a chat model where OPENAI_API_KEY is set, else with the best sentence. */
export async function answer(
  question: string,
  engine: BaseQueryEngine,
  reranker: PineconeRerank,
): Promise<string> {
  const { message, sourceNodes = [] } = await engine.query({ query: question })
  if (process.env.OPENAI_API_KEY) {
    const sources = new Set(sourceNodes.slice(0, 3).map(({ node }) => String(node.metadata.source)))
    return `${message.content} (${[...sources].join(', ')})`
  }

  const sentences = extractSentences(
    sourceNodes.slice(0, 3).map(({ node }) => ({
      text: node.getContent(MetadataMode.NONE),
      source: String(node.metadata.source),
    })),
  )
  const ranked = await reranker.postprocessNodes(
    sentences.map(({ text, source }) => ({ node: new TextNode({ text, id_: source }) })),
    question,
  )
  const best = ranked[0]?.node
  return best ? `${best.getContent(MetadataMode.NONE)} (${best.id_})` : 'The passages found hold no sentence.'
}
