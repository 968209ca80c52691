import * as ai6 from 'ai'
import { describe } from 'vitest'

type Ai = Pick<
  typeof ai6,
  | 'createProviderRegistry'
  | 'customProvider'
  | 'defaultEmbeddingSettingsMiddleware'
  | 'embed'
  | 'embedMany'
  | 'rerank'
  | 'wrapEmbeddingModel'
>

const [major = 0] = process.versions.node.split('.').map(Number)
const runsAi7 = major >= 22
// `ai` 7 accepts everything that is used here of `ai` 6.
const ai7 = (runsAi7 ? await import('ai-7') : ai6) as unknown as Ai

if (!runsAi7) console.warn(`ai 7 needs Node.js 22: its tests are skipped on ${process.versions.node}`)

/** The tests with each version of the SDK that runs on this Node.js. */
export function eachSdk(name: string, tests: (ai: Ai) => void): void {
  describe(`${name}, ai 6`, () => tests(ai6))
  describe.skipIf(!runsAi7)(`${name}, ai 7`, () => tests(ai7))
}
