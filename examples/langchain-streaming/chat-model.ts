import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager'
import { type BaseChatModel, SimpleChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessageChunk, type BaseMessage } from '@langchain/core/messages'
import { ChatGenerationChunk } from '@langchain/core/outputs'
import { quote } from '../report/quote.js'

/** A chat model where OPENAI_API_KEY is set; else one that quotes. */
export async function chatModel(): Promise<BaseChatModel> {
  if (!process.env.OPENAI_API_KEY) return new QuotingChatModel({})
  const { ChatOpenAI } = await import('@langchain/openai')
  return new ChatOpenAI({ model: 'gpt-4o-mini' })
}

/** Quotes the sentence of the messages before that is most like the last one, word by word. */
export class QuotingChatModel extends SimpleChatModel {
  _llmType() {
    return 'quoting'
  }

  async _call(messages: BaseMessage[]): Promise<string> {
    const texts = messages.map(({ text }) => text)
    return quote(texts.at(-1) ?? '', texts.slice(0, -1).join('\n\n'))
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    _options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ) {
    for (const text of (await this._call(messages)).split(/(?<= )/)) {
      yield new ChatGenerationChunk({ text, message: new AIMessageChunk(text) })
      await runManager?.handleLLMNewToken(text)
    }
  }
}
