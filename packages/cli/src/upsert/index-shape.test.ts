import { describe, expect, it } from 'vitest'
import type { EmbedCall } from '../embed/job/embed-job.js'
import { refuseMisfit, shapeOf } from './index-shape.js'

const host = 'docs.svc.pinecone.io'
const dense = (dimension?: number): EmbedCall => ({
  model: 'llama-text-embed-v2',
  vectorType: 'dense',
  parameters: { inputType: 'passage', ...(dimension === undefined ? {} : { dimension }) },
  encoding: 'number',
})
const sparse: EmbedCall = {
  model: 'pinecone-sparse-english-v0',
  vectorType: 'sparse',
  parameters: { inputType: 'passage' },
  encoding: 'number',
}

/** The same index as the SDK 7 and 8, and as 9 describes it. */
const asDescribed = (dimension: number, metric: string) => [
  { host, vectorType: 'dense', dimension, metric },
  { host, schema: { fields: { _values: { dimension, metric }, _sparse_values: { metric: 'dotproduct' } } } },
]

describe('an index takes', () => {
  it.each(asDescribed(1024, 'cosine'))('vectors of its dimension: %j', (described) => {
    const shape = shapeOf('docs', described)
    expect(() => refuseMisfit('docs', shape, [dense()])).not.toThrow()
    expect(() => refuseMisfit('docs', shape, [dense(384)])).toThrow(
      'has vectors of 1024 numbers, and llama-text-embed-v2 384; --dimension 1024 makes them fit',
    )
    expect(() => refuseMisfit('docs', shape, [sparse])).toThrow('needs dense vectors of 1024 numbers')
  })

  it.each(asDescribed(1024, 'dotproduct'))('sparse vectors beside dense ones: %j', (described) => {
    const calls = [dense(), sparse]
    expect(() => refuseMisfit('docs', shapeOf('docs', described), calls)).not.toThrow()
    const cosine = asDescribed(1024, 'cosine').map((other) => shapeOf('docs', other))
    for (const shape of cosine) {
      expect(() => refuseMisfit('docs', shape, calls)).toThrow('the metric cosine; sparse and dense vectors')
    }
  })

  it.each([
    { host, vectorType: 'sparse', metric: 'dotproduct' },
    { host, schema: { fields: { _sparse_values: { metric: 'dotproduct' } } } },
  ])('sparse vectors alone: %j', (described) => {
    const shape = shapeOf('docs', described)
    expect(() => refuseMisfit('docs', shape, [sparse])).not.toThrow()
    expect(() => refuseMisfit('docs', shape, [dense()])).toThrow('accepts sparse vectors only')
  })
})

describe('an index takes no vectors', () => {
  it('of another model than its own', () => {
    const [described] = asDescribed(1024, 'cosine')
    const shape = shapeOf('docs', { host, ...described, embed: { model: 'multilingual-e5-large' } })
    expect(() => refuseMisfit('docs', shape, [dense()])).toThrow(
      'embeds texts with multilingual-e5-large itself',
    )
  })

  it('where it holds documents, or is not ready', () => {
    const fields = { embedding: { dimension: 2, metric: 'cosine' } }
    expect(() => shapeOf('docs', { host, schema: { fields } })).toThrow('--layout documents')
    const status = { ready: false, state: 'Initializing' }
    expect(() => shapeOf('docs', { host, status })).toThrow('not ready (Initializing)')
  })
})
