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

/** Quotes the sentence of the passages found that is most like the user's last message, word by word. */
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
    const question = extractText(messages.findLast(({ role }) => role === 'user')?.content ?? '')
    const prompt = extractText(messages.findLast(({ role }) => role === 'system')?.content ?? '')
    const content = quote(question, passagesIn(prompt))
    return stream ? inPieces(content) : { raw: null, message: { role: 'assistant', content } }
  }
}

/** What LlamaIndex's prompt has between its two lines of dashes. */
function passagesIn(prompt: string): string {
  return prompt.split(/^-{21}$/m)[1] ?? ''
}

async function* inPieces(text: string): AsyncGenerator<ChatResponseChunk> {
  for (const delta of text.split(/(?<= )/)) yield { raw: null, delta }
}
