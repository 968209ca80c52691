import {
  BaseLLM,
  type ChatResponse,
  type ChatResponseChunk,
  type LLM,
  type LLMChatParamsNonStreaming,
  type LLMChatParamsStreaming,
} from '@llamaindex/core/llms'
import { extractText } from '@llamaindex/core/utils'
import { quote } from '../report/quote.js'

/** A chat model where OPENAI_API_KEY is set; else one that quotes. */
export async function chatModel(): Promise<LLM> {
  if (!process.env.OPENAI_API_KEY) return new QuotingLLM()
  const { OpenAI } = await import('@llamaindex/openai')
  return new OpenAI({ model: 'gpt-4o-mini' })
}

/** Quotes the sentence of the system's messages that is most like the last message, word by word. */
class QuotingLLM extends BaseLLM {
  metadata = {
    model: 'quoting',
    temperature: 0,
    topP: 1,
    contextWindow: 100_000,
    tokenizer: undefined,
    structuredOutput: false,
  }

  chat(params: LLMChatParamsStreaming): Promise<AsyncIterable<ChatResponseChunk>>
  chat(params: LLMChatParamsNonStreaming): Promise<ChatResponse>
  async chat({
    messages,
    stream,
  }: LLMChatParamsStreaming | LLMChatParamsNonStreaming): Promise<
    AsyncIterable<ChatResponseChunk> | ChatResponse
  > {
    const question = extractText(messages.at(-1)?.content ?? '')
    const context = messages
      .filter(({ role }) => role === 'system')
      .map(({ content }) => extractText(content))
      .join('\n\n')
    const content = quote(question, context)
    return stream ? inPieces(content) : { raw: null, message: { role: 'assistant', content } }
  }
}

async function* inPieces(text: string): AsyncGenerator<ChatResponseChunk> {
  for (const delta of text.split(/(?<= )/)) yield { raw: null, delta }
}
