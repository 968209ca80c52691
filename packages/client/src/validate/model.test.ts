import { expect, it } from 'vitest'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { checkHostedModel } from './model.js'

const refusal = (...[model, use]: Parameters<typeof checkHostedModel>): unknown => {
  try {
    return checkHostedModel(model, use)
  } catch (error) {
    return error
  }
}

it('an adapter accepts a hosted model of its kind, and any model that only the service knows', () => {
  const parameters = { inputType: 'passage' }
  const e5 = 'multilingual-e5-large'
  expect(refusal(e5, { task: 'embed', vectorType: 'dense', parameters })).toBeUndefined()
  expect(refusal(e5, { task: 'embed', parameters })).toBeUndefined()
  expect(refusal('bge-reranker-v2-m3', { task: 'rerank' })).toBeUndefined()
  expect(refusal('new-model', { task: 'embed', vectorType: 'dense' })).toBeUndefined()
})

it.each<[string, Parameters<typeof checkHostedModel>, object]>([
  [
    'vectors of the other type, with the models that make its own',
    ['multilingual-e5-large', { task: 'embed', vectorType: 'sparse', parameters: { inputType: 'passage' } }],
    {
      argument: 'model',
      message:
        'model "multilingual-e5-large" makes dense vectors, not sparse ones; allowed: pinecone-sparse-english-v0, pinecone-sparse-multilingual-v0',
      allowed: ['pinecone-sparse-english-v0', 'pinecone-sparse-multilingual-v0'],
    },
  ],
  [
    'another kind of model',
    ['multilingual-e5-large', { task: 'rerank' }],
    { argument: 'model', message: expect.stringContaining('is an embedding model, not for rerank') },
  ],
  [
    'a dimension of a sparse model',
    [
      'pinecone-sparse-english-v0',
      { task: 'embed', vectorType: 'sparse', parameters: { inputType: 'passage', dimension: 1024 } },
    ],
    { argument: 'parameters.dimension', message: expect.stringContaining('does not apply to the sparse') },
  ],
  ['a name that is none', [' ', { task: 'embed' }], { argument: 'model' }],
])('an adapter refuses %s', (_, [model, use], expected) => {
  const error = refusal(model, use)
  expect(error).toBeInstanceOf(PineconeConfigurationError)
  expect(error).toMatchObject(expected)
})
