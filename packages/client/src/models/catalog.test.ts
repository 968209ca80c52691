import { expect, it } from 'vitest'
import { factsFromInfo } from './catalog.js'

const info = (more: object) => ({
  model: 'm',
  shortDescription: 'a model',
  type: 'embed',
  supportedParameters: [],
  ...more,
})

it.each<[string, object, object]>([
  [
    'a reranker has neither vectors nor dimensions',
    { type: 'rerank' },
    { type: 'rerank', maxBatchSize: 96, required: [], oneOf: {} },
  ],
  [
    'a vector type that the client does not know is left open',
    { vectorType: 'binary' },
    { type: 'embed', maxBatchSize: 96, required: [], oneOf: {} },
  ],
  [
    'a parameter with a list of values is told from one without',
    {
      vectorType: 'sparse',
      maxBatchSize: 8,
      supportedParameters: [
        {
          parameter: 'input_type',
          type: 'one_of',
          valueType: 'string',
          required: true,
          allowedValues: ['a'],
        },
        { parameter: 'max_tokens', type: 'any', valueType: 'integer', required: true },
      ],
    },
    {
      type: 'embed',
      vectorType: 'sparse',
      maxBatchSize: 8,
      required: ['inputType', 'maxTokens'],
      oneOf: { inputType: ['a'] },
    },
  ],
])('%s', (_, more, facts) => {
  expect(factsFromInfo(info(more))).toEqual(facts)
})
