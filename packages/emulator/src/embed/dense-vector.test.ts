import { describe, expect, it } from 'vitest'
import { denseVector } from './dense-vector.js'

const cosine = (query: string, passage: string, dimension = 1024) => {
  const asked = denseVector(query, dimension, 'query')
  return denseVector(passage, dimension, 'passage').reduce(
    (sum, value, i) => sum + value * (asked[i] ?? 0),
    0,
  )
}

describe('denseVector', () => {
  it.each([384, 512, 768, 1024, 2048])(
    'finds the passage that is about the query in %i dimensions',
    (dimension) => {
      const query = 'limit connections per origin'
      const about = cosine(
        query,
        'The connections option limits how many sockets a pool opens for one origin.',
        dimension,
      )
      const other = cosine(query, 'A cookie is removed by setting its expiry date in the past.', dimension)
      expect(about).toBeGreaterThan(other + 0.1)
    },
  )

  it('recognises endings, parts of compounds and misspellings', () => {
    const unrelated = cosine('retrying', 'colour of the sky')
    expect(cosine('retrying', 'retries')).toBeGreaterThan(unrelated + 0.2)
    expect(cosine('keep alive timeout', 'keepAliveTimeout')).toBeGreaterThan(unrelated + 0.2)
    expect(cosine('interceptor', 'intercepter')).toBeGreaterThan(unrelated)
  })

  it('lets common words say little', () => {
    expect(cosine('how do I use the proxy', 'proxy settings')).toBeGreaterThan(
      cosine('how do I use the proxy', 'how do I use the cache'),
    )
  })

  it('points query and passage of the same text in about the same direction', () => {
    const text = 'Undici follows redirects when the interceptor is composed into the dispatcher'
    expect(cosine(text, text)).toBeGreaterThan(0.6)
  })
})
