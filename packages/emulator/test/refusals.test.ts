import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../dist/index.js'
import { call, headers, withEmulator } from './client.js'
import { contractErrors } from './contract.js'

/**
 * The service's refusals in the words on record, since users' code reads them. Each has where the words are from; all
 * were looked up on 2026-11-28. `docs` is https://docs.pinecone.io.
 */

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

const text = { text: 'hello' }
const e5 = { model: 'multilingual-e5-large', inputs: [text], parameters: { input_type: 'query' } }
const bge = { model: 'bge-reranker-v2-m3', query: 'hello', documents: [text] }

interface Refusal {
  status: number
  error: { code: string; message: string }
}

const rerankTests = 'pinecone-io/pinecone-ts-client src/integration/inference/rerank.test.ts'
const rustTests = 'pinecone-io/pinecone-rust-client, tests of embed'
const pythonTests = 'pinecone-io/pinecone-python-client tests/unit/test_inference.py'
const kept = 'an answer of the service kept in public code'

const refusals: [source: string, path: string, body: unknown, status: number, code: string, says: string][] =
  [
    [
      rerankTests,
      '/rerank',
      { ...bge, rank_fields: ['customField'] },
      400,
      'INVALID_ARGUMENT',
      "field 'customField' not found in document at index 0",
    ],
    [
      rerankTests,
      '/rerank',
      { ...bge, documents: [{ text: 'a', title: 'b' }], rank_fields: ['title', 'text'] },
      400,
      'INVALID_ARGUMENT',
      'Only one rank field is supported for model',
    ],
    [
      kept,
      '/embed',
      { ...e5, inputs: Array(97).fill(text) },
      400,
      'INVALID_ARGUMENT',
      "Input length '97' exceeded inputs limit of 96 for model 'multilingual-e5-large'",
    ],
    [
      kept,
      '/rerank',
      { ...bge, documents: Array(101).fill(text) },
      400,
      'INVALID_ARGUMENT',
      "Document length '101' exceeded documents limit of 100",
    ],
    [
      kept,
      '/rerank',
      { ...bge, documents: [text, { text: 'word '.repeat(3154) }] },
      400,
      'INVALID_ARGUMENT',
      'Request contains a query+document pair with 3159 tokens, which exceeds the maximum token limit of 1024 for each query+document pair. Consider setting "parameters.truncate" to "END" to truncate long query+document pairs.',
    ],
    [
      rustTests,
      '/embed',
      { ...e5, parameters: { input_type: 'bad-parameter' } },
      400,
      'INVALID_ARGUMENT',
      "Invalid parameter value input_type='bad-parameter' for model 'multilingual-e5-large', must be one of [query, passage]",
    ],
    [kept, '/embed', { ...e5, parameters: {} }, 400, 'INVALID_ARGUMENT', "Required parameter 'input_type'"],
    [
      pythonTests,
      '/rerank',
      { ...bge, model: 'pinecone-rerank-v0' },
      403,
      'PERMISSION_DENIED',
      'Model pinecone-rerank-v0 has been deprecated, please use a different reranking model from (https://docs.pinecone.io/models)',
    ],
    [
      'docs/reference/api/2025-10/inference/list_models',
      '/models?type=rerank&vector_type=dense',
      undefined,
      400,
      'INVALID_ARGUMENT',
      'vector_type',
    ],
  ]

it.each(
  refusals.map(([source, path, body, status, code, says]) => ({ source, path, body, status, code, says })),
)('$says ($source)', async ({ path, body, status, code, says }) => {
  const answer = await call<Refusal>(emulator, path, { body })
  expect(contractErrors('ErrorResponse', answer.body)).toEqual([])
  expect([answer.status, answer.body.status, answer.body.error.code]).toEqual([status, status, code])
  expect(answer.body.error.message).toContain(says)
})

describe('what the JSON reader does not know is refused in its own words, as plain text', () => {
  it.each([
    [
      'parameters: unknown field `inputType`, expected one of `input_type`, `truncate`, `dimension`',
      { ...e5, model: 'llama-text-embed-v2', parameters: { input_type: 'query', inputType: 'query' } },
    ],
    [
      'parameters: unknown field `dimension`, expected `input_type` or `truncate`',
      { ...e5, parameters: { input_type: 'query', dimension: 1024 } },
    ],
    [
      'inputs[1]: unknown field `content`, expected `text`',
      { ...e5, inputs: [text, { text: 'a', content: 'b' }] },
    ],
    ['inputs[0]: missing field `text`', { ...e5, inputs: [{}] }],
  ])('%s', async (says, body) => {
    const response = await fetch(`${emulator.url}/embed`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect([response.status, response.headers.get('content-type')]).toEqual([
      422,
      'text/plain; charset=utf-8',
    ])
    expect(await response.text()).toBe(`Failed to deserialize the JSON body into the target type: ${says}`)
  })
})

describe('a key', () => {
  it('that is wrong is refused with the headers of the service', async () => {
    await withEmulator({ apiKey: 'right' }, async (locked) => {
      const answer = await call<Refusal>(locked, '/models', { headers: { 'api-key': 'wrong' } })
      expect([answer.status, answer.body.error.message]).toEqual([401, 'Invalid API Key'])
      expect(answer.headers.get('x-pinecone-auth-rejected-reason')).toBe('wrong api key')
      expect(answer.headers.get('x-pinecone-request-id')).toBe('1')
    })
  })
})

describe('a version', () => {
  it.each([undefined, '2025-10', '2026-01.alpha', '2026-04', '2026-07'])('%s is taken', async (version) => {
    const { status, headers } = await call(emulator, '/embed', {
      body: e5,
      headers: { 'x-pinecone-api-version': version },
    })
    expect([status, headers.get('x-pinecone-api-version')]).toEqual([200, version ?? '2025-10'])
  })
})

describe('the alias of a model', () => {
  const alias = 'nvidia/llama-text-embed-v2'
  it('is taken by embed, which answers with the model’s own name, and unknown to GET /models', async () => {
    const embedded = await call<{ model: string }>(emulator, '/embed', { body: { ...e5, model: alias } })
    expect([embedded.status, embedded.body.model]).toEqual([200, 'llama-text-embed-v2'])
    expect((await call(emulator, `/models/${encodeURIComponent(alias)}`)).status).toBe(404)
  })
})
