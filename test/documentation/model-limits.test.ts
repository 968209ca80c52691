import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostedModel, hostedModelNames, PineconeInference } from '@pinecone-inference/client'
import { startEmulator } from '@pinecone-inference/emulator'
import { describe, expect, it } from 'vitest'
import { type HostedModelRow, hostedModels } from '../../spec/hosted-models.js'
import { planLimits } from '../../spec/rate-limits.js'
import { root } from './documents.js'

const rows: HostedModelRow[] = Object.values(hostedModels)
const count = (value: number) => value.toLocaleString('en-US')
const code = (name: string) => `\`${name}\``

describe.each(['client', 'langchain', 'llamaindex'])('the README of %s', (name) => {
  const readme = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8')

  it('has a row for each hosted model, with what spec/hosted-models.ts says', () => {
    const [, table = ''] = /^\| model .*\n\|[-| ]+\n((?:\|.*\n)+)/m.exec(readme) ?? []
    const cells = table
      .trim()
      .split('\n')
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      )
    expect(cells).toEqual(rows.map(cellsOf))
  })

  it('says what each model does with texts above its limit', () => {
    const truncateOf = ({ info }: HostedModelRow) =>
      info.supported_parameters.find(({ parameter }) => parameter === 'truncate')?.default
    const named = (value: unknown) =>
      rows
        .filter((row) => truncateOf(row) === value)
        .map(({ info }) => code(info.model))
        .join(' and ')
    expect(readme.replaceAll('\n', ' ')).toContain(
      `${code('truncate')} says: ${code('END')} by default, but ${code('NONE')} for ${named('NONE')}; ${named(undefined)} have no such parameter`,
    )
  })
})

function cellsOf({ info, unlistedParameters = [], retired, assumed }: HostedModelRow): string[] {
  const items = info.type === 'embed' ? 'texts' : 'documents'
  const dimensions = info.supported_dimensions ?? []
  const notes = [
    ...(info.vector_type === 'sparse' ? ['sparse'] : []),
    ...(dimensions.length > 1 ? [`${dimensions.join(', ')} (${info.default_dimension})`] : dimensions),
    ...(retired?.servedBy ? [`retired; served by ${code(retired.servedBy)}`] : []),
    ...(retired?.refusal ? ['deprecated; 403 for most projects'] : []),
  ].join('; ')
  if (assumed) return [code(info.model), 'looked up', 'looked up', notes]
  return [code(info.model), `${info.max_batch_size} ${items}`, tokens(), notes]

  function tokens(): string {
    const limit = count(info.max_sequence_length)
    if (info.type === 'embed') {
      const most = unlistedParameters.flatMap(({ allowed_values = [] }) => allowed_values.map(Number))
      return most.length > 0
        ? `${limit}; ${count(Math.max(...most))} with ${code('maxTokensPerSequence')}`
        : limit
    }
    const perDocument = info.supported_parameters.find(({ parameter }) => parameter === 'max_tokens_per_doc')
    return perDocument
      ? `${limit} a document; ${count(Number(perDocument.default))} are read, ${count(perDocument.max ?? 0)} with ${code('maxTokensPerDoc')}`
      : `${limit}, query and document`
  }
}

it('client and emulator keep the limits of spec/hosted-models.ts, under every name', async () => {
  await using emulator = await startEmulator()
  await using pinecone = new PineconeInference({ apiKey: 'any', baseUrl: emulator.url })
  expect([...hostedModelNames('embed'), ...hostedModelNames('rerank')]).toEqual(
    rows.map(({ info }) => info.model),
  )
  for (const { info, aliases = [], assumed } of rows) {
    const served = await pinecone.getModel(info.model)
    expect(served).toMatchObject({
      maxBatchSize: info.max_batch_size,
      maxSequenceLength: info.max_sequence_length,
    })
    for (const name of [info.model, ...aliases]) {
      expect([name, hostedModel(name)?.maxBatchSize]).toEqual([
        name,
        assumed ? undefined : info.max_batch_size,
      ])
    }
  }
})

it('every limit of a plan is of a hosted model, and every row names its sources', () => {
  for (const { models } of Object.values(planLimits)) {
    expect(Object.keys(models).filter((model) => !Object.hasOwn(hostedModels, model))).toEqual([])
  }
  for (const { sources, read } of rows) {
    expect(sources[0]).toMatch(/^https:\/\//)
    expect(read).toMatch(/^\d{4}-\d\d-\d\d$/)
  }
})
