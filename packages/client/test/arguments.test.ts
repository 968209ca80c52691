import { describe, expect, it } from 'vitest'
import { E5, embedAnswer, rerankAnswer, scriptedApi, texts, vectorOf } from './scripted-api.js'

const model = 'bge-reranker-v2-m3'

/** What a caller may do with its own objects once it has the promise. */
describe('what the caller changes after the call has begun', () => {
  it.each(['embed', 'embedAll'] as const)('changes nothing of %s', async (method) => {
    const api = await scriptedApi(embedAnswer)
    const inputs = texts(method === 'embed' ? 96 : 1_000)
    const expected = inputs.map((text) => ({ vectorType: 'dense', values: vectorOf(text) }))
    const parameters: { inputType: 'passage' | 'query' } = { inputType: 'passage' }
    const request = { ...E5, inputs, parameters }
    const result = api.client({ maxConcurrency: 1 })[method](request)
    inputs.length = 0
    parameters.inputType = 'query'
    expect((await result).data).toEqual(expected)
    const sent = api.requests.map(({ body }) => body.parameters.input_type)
    expect(new Set(sent)).toEqual(new Set(['passage']))
  })

  it.each(['rerank', 'rerankAll'] as const)('changes nothing of %s', async (method) => {
    const api = await scriptedApi(rerankAnswer)
    const documents = Array.from({ length: method === 'rerank' ? 100 : 1_000 }, (_, i) => `document 0.${i}`)
    const rankFields = ['text']
    const request = { model, query: 'q', documents, rankFields }
    const expected = await api.client()[method]({ ...request, documents: [...documents] })
    const result = api.client({ maxConcurrency: 1 })[method](request)
    documents.length = 0
    rankFields[0] = 'title'
    expect(await result).toEqual(expected)
  })

  it('changes no parameters of a stream', async () => {
    const api = await scriptedApi(embedAnswer)
    const parameters: { inputType: 'passage' | 'query' } = { inputType: 'passage' }
    for await (const { index } of api
      .client({ maxConcurrency: 1 })
      .embedStream({ ...E5, inputs: texts(1_000), parameters })) {
      if (index === 0) parameters.inputType = 'query'
    }
    const sent = api.requests.map(({ body }) => body.parameters.input_type)
    expect(new Set(sent)).toEqual(new Set(['passage']))
  })
})
