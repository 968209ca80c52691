import { expect, it } from 'vitest'
import { drawsOf } from './draws.js'

const limits = (...of: Parameters<typeof drawsOf>) =>
  Object.fromEntries(drawsOf(...of).map(({ key, limit }) => [key, limit.perMinute]))

it('draws on the plan’s limits of the model and input type, and on the project’s requests', () => {
  const project = { 'project:second': 6000, 'project:minute': 2000 }
  const llama = { model: 'llama-text-embed-v2', tokens: 10 }
  expect(limits({ ...llama, inputType: 'passage' }, { plan: 'starter' })).toEqual({
    'llama-text-embed-v2:passage': 250_000,
    ...project,
  })
  expect(limits({ ...llama, inputType: 'query' }, { plan: 'standard' })).toMatchObject({
    'llama-text-embed-v2:query': 250_000,
  })
  expect(limits({ model: 'bge-reranker-v2-m3' }, { plan: 'builder' })).toEqual({
    'bge-reranker-v2-m3:': 60,
    ...project,
  })
  expect(limits({ model: 'of-my-own', tokens: 1 }, { plan: 'starter' })).toEqual({
    'of-my-own:': undefined,
    ...project,
  })
})

it('a number overrides the plan’s', () => {
  expect(
    limits(
      { model: 'multilingual-e5-large', inputType: 'passage', tokens: 1 },
      { plan: 'starter', tokensPerMinute: 500_000 },
    ),
  ).toMatchObject({ 'multilingual-e5-large:passage': 500_000 })
})
