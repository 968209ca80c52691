import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../dist/index.js'
import { headers } from './client.js'
import { contractErrors, type SchemaName } from './contract.js'

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly properties?: Record<string, Schema>
  readonly required?: readonly string[]
  readonly items?: Schema
}

interface SupportedParameter {
  readonly parameter: string
  readonly value_type: string
  readonly required: boolean
  readonly allowed_values?: readonly (string | number)[]
  readonly min?: number
  readonly max?: number
}

interface Model {
  readonly model: string
  readonly type: string
  readonly max_batch_size: number
  readonly supported_parameters: readonly SupportedParameter[]
}

const contract = JSON.parse(
  readFileSync(new URL('../../../spec/inference_2025-10.openapi.json', import.meta.url), 'utf8'),
) as { components: { schemas: Record<string, Schema> } }

// The same requests every time; FUZZ_SEED tries others, FUZZ_RUNS more of them.
const settings = { seed: Number(process.env.FUZZ_SEED ?? 42), numRuns: Number(process.env.FUZZ_RUNS ?? 300) }

let emulator: Emulator
let models: readonly Model[]
beforeAll(async () => {
  emulator = await startEmulator()
  const response = await fetch(`${emulator.url}/models`, { headers })
  models = ((await response.json()) as { models: Model[] }).models
})
afterEach(() => {
  emulator.requests.length = 0
})
afterAll(() => emulator.close())

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.lorem({ maxCount: 60 }),
  fc.constantFrom('', ' ', '\u0000', '\ud800', '🙂', 'ไทย', '漢字', 'toString', '__proto__'),
)

/** Any value that the schema allows. */
function allowed(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.$ref) return allowed(contract.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {})
  switch (schema.type) {
    case 'string':
      return text
    case 'integer':
      return fc.integer()
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(allowed(schema.items ?? {}), { maxLength: 120, size: '+1' })
    case 'object': {
      if (!schema.properties) return fc.dictionary(text, fc.jsonValue(), { maxKeys: 5 })
      const properties = Object.entries(schema.properties).map(
        ([name, property]) => [name, allowed(property)] as const,
      )
      return fc.record(Object.fromEntries(properties), { requiredKeys: [...(schema.required ?? [])] })
    }
    default:
      return fc.jsonValue()
  }
}

/** The object with some fields replaced by anything, some dropped, some added. */
function broken(body: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(
      body,
      fc.dictionary(
        fc.constantFrom(
          'model',
          'inputs',
          'documents',
          'query',
          'top_n',
          'parameters',
          'rank_fields',
          'return_documents',
          '__proto__',
        ),
        fc.jsonValue(),
        { maxKeys: 3 },
      ),
      fc.array(fc.nat(6), { maxLength: 2 }),
    )
    .map(([whole, changes, drops]) => {
      const fields = Object.entries({ ...(whole as object), ...changes })
      return Object.fromEntries(fields.filter((_, index) => !drops.includes(index)))
    })
}

/** Parameters as the model declares them. */
function parametersOf(model: Model): fc.Arbitrary<Record<string, unknown>> {
  const values = model.supported_parameters.map(({ parameter, value_type, allowed_values, min, max }) => {
    const value = allowed_values
      ? fc.constantFrom(...allowed_values)
      : value_type === 'boolean'
        ? fc.boolean()
        : fc.integer({ min: min ?? 0, max: max ?? 100 })
    return [parameter, value] as const
  })
  const requiredKeys = model.supported_parameters
    .filter(({ required }) => required)
    .map(({ parameter }) => parameter)
  return fc.record(Object.fromEntries<fc.Arbitrary<unknown>>(values), { requiredKeys })
}

const modelOf = (type: string) =>
  fc.nat().map((n) => {
    // which refuses every request
    const found = models.filter(({ model, ...info }) => info.type === type && model !== 'pinecone-rerank-v0')
    return found[n % found.length] as Model
  })

const validEmbed = modelOf('embed').chain((model) =>
  fc.record({
    model: fc.constant(model.model),
    inputs: fc.array(fc.record({ text: text.filter((value) => value.length < 500) }), {
      minLength: 1,
      maxLength: model.max_batch_size,
    }),
    parameters: parametersOf(model),
  }),
)

const validRerank = modelOf('rerank').chain((model) =>
  fc.record(
    {
      model: fc.constant(model.model),
      query: text.filter((value) => value.trim() !== '' && value.length < 100),
      documents: fc.array(fc.record({ text, more: fc.jsonValue() }, { requiredKeys: ['text'] }), {
        minLength: 1,
        maxLength: model.max_batch_size,
      }),
      top_n: fc.integer({ min: 1, max: 300 }),
      return_documents: fc.boolean(),
      parameters: parametersOf(model),
    },
    { requiredKeys: ['model', 'query', 'documents'] },
  ),
)

/** Sends a request and checks what holds for every answer. */
async function ask(
  method: string,
  path: string,
  body: unknown,
  given: Record<string, string>,
  success: SchemaName,
) {
  const response = await fetch(emulator.url + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...given },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const told = await response.text()
  if (response.status === 422) {
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(told).toMatch(/^Failed to deserialize the JSON body into the target type: /)
    return { status: 422, answer: told as unknown }
  }
  const answer = JSON.parse(told) as { status?: number }
  expect([200, 400, 401, 403, 404, 422]).toContain(response.status)
  expect(contractErrors(response.status === 200 ? success : 'ErrorResponse', answer)).toEqual([])
  if (response.status !== 200) expect(answer.status).toBe(response.status)
  return { status: response.status, answer: answer as unknown }
}

describe('any request', () => {
  it.each([
    ['/embed', 'EmbedRequest', 'EmbeddingsList', validEmbed],
    ['/rerank', 'RerankRequest', 'RerankResult', validRerank],
  ] as const)(
    'to %s is answered by the contract, never by a failure',
    async (path, request, success, valid) => {
      const bySchema = allowed({ $ref: `#/components/schemas/${request}` })
      const body = fc.oneof(bySchema, broken(bySchema), broken(valid), fc.json(), text, fc.jsonValue())
      await fc.assert(
        fc.asyncProperty(body, async (sent) => {
          await ask('POST', path, sent, {}, success)
        }),
        settings,
      )
    },
    120_000,
  )

  it('for models is answered by the contract, never by a failure', async () => {
    const filter = fc.oneof(text, fc.constantFrom('embed', 'rerank', 'dense', 'sparse'))
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom('type', 'vector_type', 'other'), filter),
        async (query) => {
          await ask('GET', `/models?${new URLSearchParams(query)}`, undefined, {}, 'ModelInfoList')
        },
      ),
      { ...settings, numRuns: Math.round(settings.numRuns / 2) },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1 }).filter((name) => !/^\.\.?$/.test(name)),
        async (name) => {
          const { status } = await ask(
            'GET',
            `/models/${encodeURIComponent(name)}`,
            undefined,
            {},
            'ModelInfo',
          )
          expect(status).toBe(404)
        },
      ),
      { ...settings, numRuns: Math.round(settings.numRuns / 2) },
    )
  }, 120_000)

  it('with any headers is answered by the contract, never by a failure', async () => {
    const value = fc.oneof(
      fc.constantFrom('', '2025-10', 'application/json', 'x', 'text/plain; charset=x'),
      fc.stringMatching(/^[!-~]{0,30}$/),
    )
    const names = fc.constantFrom(
      'api-key',
      'x-pinecone-api-version',
      'content-type',
      'x-emulator-fault',
      'accept',
    )
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, value, { maxKeys: 3 }), validEmbed, async (given, body) => {
        await ask('POST', '/embed', body, given, 'EmbeddingsList')
      }),
      { ...settings, numRuns: Math.round(settings.numRuns / 2) },
    )
  }, 120_000)
})

describe('any request that keeps to what GET /models declares', () => {
  it('embeds every text', async () => {
    await fc.assert(
      fc.asyncProperty(validEmbed, async (body) => {
        const { status, answer } = await ask('POST', '/embed', body, {}, 'EmbeddingsList')
        expect(status).toBe(200)
        const { data } = answer as { data: { values?: number[]; sparse_values?: number[] }[] }
        expect(data).toHaveLength(body.inputs.length)
        for (const { values, sparse_values: sparse } of data) {
          expect((values ?? sparse)?.some((value) => value !== 0)).toBe(true)
          if (values) expect(values.length).toBe(body.parameters.dimension ?? 1024)
        }
      }),
      { ...settings, numRuns: Math.round(settings.numRuns / 3) },
    )
  }, 120_000)

  it('ranks every document', async () => {
    await fc.assert(
      fc.asyncProperty(validRerank, async (body) => {
        const { status, answer } = await ask('POST', '/rerank', body, {}, 'RerankResult')
        expect(status).toBe(200)
        const { data } = answer as { data: { index: number; score: number; document?: unknown }[] }
        expect(data).toHaveLength(Math.min(body.top_n ?? Number.POSITIVE_INFINITY, body.documents.length))
        expect(new Set(data.map(({ index }) => index)).size).toBe(data.length)
        expect(data.map(({ score }) => score)).toEqual(data.map(({ score }) => score).sort((a, b) => b - a))
        for (const { index, score, document } of data) {
          expect(score >= 0 && score <= 1).toBe(true)
          if (body.return_documents ?? true)
            expect(document).toEqual(JSON.parse(JSON.stringify(body.documents[index])))
        }
      }),
      { ...settings, numRuns: Math.round(settings.numRuns / 3) },
    )
  }, 120_000)
})
