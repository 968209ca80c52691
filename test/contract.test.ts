import { readFile } from 'node:fs/promises'
import { PineconeInference } from '@pinecone-inference/client'
import { startEmulator } from '@pinecone-inference/emulator'
import { Ajv } from 'ajv'
import openapiTypescript, { astToString } from 'openapi-typescript'
import { expect, it, onTestFinished } from 'vitest'

const specification = new URL('../spec/inference_2025-10.openapi.json', import.meta.url)
const generated = new URL('../packages/client/src/generated/openapi.ts', import.meta.url)
const openapi = JSON.parse(await readFile(specification, 'utf8'))

const ajv = new Ajv({ strict: false, validateFormats: false })
ajv.addSchema({ $id: 'openapi', components: openapi.components })

function problemsOf(schema: string, value: unknown): string[] {
  const validate = ajv.compile({ $ref: `openapi#/components/schemas/${schema}` })
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

it('the wire types are those that openapi-typescript makes of the specification', async () => {
  const fresh = astToString(await openapiTypescript(specification))
  expect(await readFile(generated, 'utf8')).toContain(fresh.trim())
})

it('every request of the client is one of the contract: route, headers, body', async () => {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  await using client = new PineconeInference({ apiKey: 'offline', baseUrl: emulator.url })
  await client.embed({ model: 'multilingual-e5-large', inputs: ['a'], parameters: { inputType: 'query' } })
  await client.embedAll({
    model: 'llama-text-embed-v2',
    inputs: Array.from({ length: 200 }, (_, i) => `text ${i}`),
    parameters: { inputType: 'passage', dimension: 384, truncate: 'END' },
  })
  await client.embed({
    model: 'pinecone-sparse-english-v0',
    inputs: ['a'],
    parameters: { inputType: 'passage', returnTokens: true },
  })
  await client.rerank({ model: 'bge-reranker-v2-m3', query: 'q', documents: ['a', { text: 'b' }], topN: 1 })
  await client.rerankAll({
    model: 'cohere-rerank-3.5',
    query: 'q',
    documents: Array.from({ length: 300 }, (_, i) => ({ title: `t ${i}`, text: `text ${i}` })),
    rankFields: ['title', 'text'],
  })
  await client.listModels({ type: 'embed', vectorType: 'dense' })
  await client.getModel('pinecone-rerank-v0')

  expect(emulator.requests).toHaveLength(10)
  for (const { method, path, headers, body, status } of emulator.requests) {
    expect(status).toBe(200)
    const { pathname, searchParams } = new URL(path, emulator.url)
    const route = pathname.startsWith('/models/') ? '/models/{model_name}' : pathname
    const operation = openapi.paths[route]?.[method.toLowerCase()]
    expect(operation, `${method} ${path}`).toBeDefined()
    for (const parameter of operation.parameters) {
      if (parameter.in === 'header') expect(headers).toHaveProperty(parameter.name.toLowerCase())
    }
    for (const name of searchParams.keys()) {
      expect(operation.parameters.map((parameter: { name: string }) => parameter.name)).toContain(name)
    }
    expect(headers).toMatchObject({ 'x-pinecone-api-version': '2025-10' })
    expect(headers).toHaveProperty('api-key')
    if (operation.requestBody) {
      const schema = operation.requestBody.content['application/json'].schema.$ref.split('/').at(-1)
      expect(problemsOf(schema, body)).toEqual([])
    }
  }
})
