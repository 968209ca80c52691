import { MockLanguageModelV3 } from 'ai/test'
import { quote } from '../report/quote.js'

const tokens = { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 }

/** In place of a chat model: quotes the sentence of the system prompt that is most like the user's, word by word. */
export function quotingModel() {
  return new MockLanguageModelV3({
    doGenerate: async ({ prompt }) => ({
      content: [{ type: 'text', text: quote(textOf(prompt, 'user'), textOf(prompt, 'system')) }],
      finishReason: { unified: 'stop', raw: undefined },
      usage: { inputTokens: tokens, outputTokens: { total: 0, text: 0, reasoning: 0 } },
      warnings: [],
    }),
  })
}

type Prompt = Parameters<MockLanguageModelV3['doGenerate']>[0]['prompt']

function textOf(prompt: Prompt, role: 'system' | 'user'): string {
  return prompt
    .filter((message) => message.role === role)
    .flatMap(({ content }) =>
      typeof content === 'string' ? content : content.map((part) => ('text' in part ? part.text : '')),
    )
    .join('\n')
}
