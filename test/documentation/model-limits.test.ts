import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostedModel, hostedModelNames, PineconeInference } from '@pinecone-inference/client'
import { startEmulator } from '@pinecone-inference/emulator'
import { expect, it } from 'vitest'
import { root } from './documents.js'

it.each(['client', 'langchain', 'llamaindex'])(
  'the README of %s gives the limits that the client and the emulator keep',
  async (name) => {
    await using emulator = await startEmulator()
    await using pinecone = new PineconeInference({ apiKey: 'any', baseUrl: emulator.url })
    const readme = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8')
    const rows = [
      ...readme.matchAll(/^\| `([\w.-]+)` +\| (\d+) (?:texts|documents) +\| (\d[\d,]*\d).*?\| (.*?) +\|$/gm),
    ]

    expect(rows.map(([, model]) => model).sort()).toEqual(
      [...hostedModelNames('embed'), ...hostedModelNames('rerank')].sort(),
    )
    for (const [, model = '', perRequest, tokens = '', dimensions = ''] of rows) {
      const info = await pinecone.getModel(model)
      const numbers = dimensions.match(/\d+/g)?.map(Number) ?? []
      const sizes = info.supportedDimensions ?? []
      expect([model, Number(perRequest), Number(tokens.replace(',', ''))]).toEqual([
        model,
        hostedModel(model)?.maxBatchSize,
        info.maxSequenceLength,
      ])
      const truncate = info.supportedParameters.find(({ parameter }) => parameter === 'truncate')
      expect([model, truncate?.default]).toEqual([model, truncateByDefault(readme, model)])
      expect(numbers).toEqual(sizes.length > 1 ? [...sizes, info.defaultDimension] : sizes)
    }
  },
)

/** `END` by default, but `NONE` for `a-model`; `another` has no such parameter. */
function truncateByDefault(readme: string, model: string): string | undefined {
  const text = readme.replaceAll('\n', ' ')
  const [, byDefault, other, otherModel, without] =
    /`truncate` says: `(\w+)` by default, but `(\w+)` for `([^`]+)`; `([^`]+)` has no such parameter/.exec(
      text,
    ) ?? []
  if (model === without) return undefined
  return model === otherModel ? other : byDefault
}
