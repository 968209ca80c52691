import { describe, expect, expectTypeOf, it } from 'vitest'
import { type DenseEmbedding, PineconeConfigurationError, PineconeResponseError } from '../dist/index.js'
import { E5, embedAnswer, scriptedApi, texts } from './scripted-api.js'

const request = { ...E5, encoding: 'float32' } as const

function denseAnswer(values: unknown[]) {
  return {
    model: E5.model,
    vector_type: 'dense',
    data: [{ vector_type: 'dense', values }],
    usage: { total_tokens: 1 },
  }
}

describe('encoding: float32', () => {
  it('gives the vectors of every embed call as Float32Array, each number rounded to 32 bits', async () => {
    const numbers = [0.1, -1.5, 3e-41, 0.012345678901234567, ...Array<number>(1020).fill(0)]
    const api = await scriptedApi(() => denseAnswer(numbers))
    const client = api.client()
    const inputs = ['a']
    const results = [
      (await client.embed({ ...request, inputs })).data[0],
      (await client.embedAll({ ...request, inputs })).data[0],
      (await client.embedAll({ ...request, inputs }, { onError: 'collect' })).data[0],
    ]
    for await (const { embedding } of client.embedStream({ ...request, inputs })) results.push(embedding)
    expect(results).toHaveLength(4)
    for (const result of results) {
      expect(result).toEqual({ vectorType: 'dense', values: Float32Array.from(numbers) })
    }
    expectTypeOf<(typeof results)[0]>().toEqualTypeOf<DenseEmbedding<'float32'> | undefined | null>()
  })

  it('is not part of what is sent', async () => {
    const api = await scriptedApi(embedAnswer)
    await api.client().embedAll({ ...request, inputs: ['a'] })
    expect(Object.keys(api.requests[0]?.body).sort()).toEqual(['inputs', 'model', 'parameters'])
  })

  it('gives the indices of sparse vectors in 32 bits too', async () => {
    const api = await scriptedApi(() => ({
      model: 'pinecone-sparse-english-v0',
      vector_type: 'sparse',
      data: [
        {
          vector_type: 'sparse',
          sparse_values: [0.5, 2],
          sparse_indices: [7, 4_294_967_295],
          sparse_tokens: ['a', 'b'],
        },
      ],
      usage: { total_tokens: 1 },
    }))
    const { data } = await api.client().embed({
      model: 'pinecone-sparse-english-v0',
      inputs: ['a b'],
      parameters: { inputType: 'passage' },
      encoding: 'float32',
    })
    expect(data).toEqual([
      {
        vectorType: 'sparse',
        sparseValues: Float32Array.of(0.5, 2),
        sparseIndices: Uint32Array.of(7, 4_294_967_295),
        sparseTokens: ['a', 'b'],
      },
    ])
  })

  it.each(['float32', 'number'] as const)(
    'as %s, a number that 32 bits cannot hold is refused',
    async (encoding) => {
      const api = await scriptedApi(() => denseAnswer([1, 1e39]))
      const failure = await api
        .client({ maxRetries: 0 })
        .embed({ ...request, encoding, inputs: ['a'] })
        .catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(PineconeResponseError)
      expect(String(failure)).toContain('data[0].values[1] is 1e+39')
    },
  )

  it('holds for what was finished when something fails', async () => {
    const api = await scriptedApi((received, response, number) =>
      number === 1 ? embedAnswer(received) : void response.writeHead(400).end('{}'),
    )
    const failure = await api
      .client({ maxConcurrency: 1 })
      .embedAll({ ...request, inputs: texts(100) })
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({
      partial: { data: expect.arrayContaining([{ index: 0, embedding: expect.anything() }]) },
    })
    expect(
      (failure as { partial: { data: { embedding: unknown }[] } }).partial.data[0]?.embedding,
    ).toMatchObject({
      values: expect.any(Float32Array),
    })
  })

  it('number[] is the default; anything else is refused before a request', async () => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client()
    const { data } = await client.embed({ ...E5, inputs: ['a'] })
    expectTypeOf(data).toEqualTypeOf<DenseEmbedding[]>()
    expect(data[0]).toMatchObject({ values: expect.any(Array) })
    // @ts-expect-error: not an encoding
    const wrong = client.embed({ ...E5, inputs: ['a'], encoding: 'base64' })
    await expect(wrong).rejects.toBeInstanceOf(PineconeConfigurationError)
    await expect(wrong).rejects.toMatchObject({ argument: 'encoding', allowed: ['number', 'float32'] })
    expect(api.requests).toHaveLength(1)
  })
})
