import { expect, it, onTestFinished } from 'vitest'
import { emulated, ranked } from './emulated.js'
import { eachSdk } from './frameworks.js'

const texts = (count: number) =>
  Array.from({ length: count }, (_, i) => (i === 170 ? 'limit connections per origin' : `text number ${i}`))
const query = 'limit the connections per origin'
const BGE = 'bge-reranker-v2-m3'

/** What the SDK would have printed. */
function warnings(): unknown[] {
  const heard: unknown[] = []
  globalThis.AI_SDK_LOG_WARNINGS = (told: { warnings: unknown[] }) => heard.push(...told.warnings)
  onTestFinished(() => {
    globalThis.AI_SDK_LOG_WARNINGS = undefined
  })
  return heard
}

eachSdk('rerank', ({ rerank }) => {
  it('ranks more documents than one request holds, as one list', async () => {
    const { emulator, pinecone } = await emulated()
    const documents = texts(250)
    const model = pinecone.reranking(BGE)
    const { ranking, rerankedDocuments, response, providerMetadata } = await rerank({
      model,
      query,
      documents,
      topN: 5,
    })
    expect(ranked(emulator).map((body) => body.documents.length)).toEqual([100, 100, 50])
    expect(ranking).toHaveLength(5)
    expect(ranking[0]).toMatchObject({ originalIndex: 170, document: documents[170] })
    expect(rerankedDocuments[0]).toBe(documents[170])
    const scores = ranking.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(response).toMatchObject({ modelId: BGE, headers: { 'content-type': expect.any(String) } })
    expect(providerMetadata).toEqual({ pinecone: { rerankUnits: 3 } })
  })

  it('ranks objects as JSON, and says how to rank by fields', async () => {
    const heard = warnings()
    const { emulator, pinecone } = await emulated()
    const documents = [
      { title: 'cats', id: 1 },
      { title: 'connections per origin', id: 2 },
    ]
    const { rerankedDocuments } = await rerank({ model: pinecone.reranking(BGE), query, documents })
    expect(ranked(emulator)[0]?.documents).toEqual(documents.map((one) => ({ text: JSON.stringify(one) })))
    expect(rerankedDocuments[0]).toBe(documents[1])
    expect(heard).toEqual([
      {
        type: 'compatibility',
        feature: 'object documents',
        details: expect.stringContaining('providerOptions.pinecone.rankFields'),
      },
    ])
  })

  it('ranks objects by the fields that are named, as text', async () => {
    const heard = warnings()
    const { emulator, pinecone } = await emulated()
    const documents = [
      { body: 'cats', year: 2024 },
      { body: 'connections per origin', year: 2025 },
    ]
    const model = pinecone.reranking(BGE, { rankFields: ['body'] })
    await rerank({ model, query, documents })
    await rerank({ model, query, documents, providerOptions: { pinecone: { rankFields: ['year'] } } })
    expect(ranked(emulator).map((body) => [body.rank_fields, body.documents])).toEqual([
      [['body'], [{ body: 'cats' }, { body: 'connections per origin' }]],
      [['year'], [{ year: '2024' }, { year: '2025' }]],
    ])
    expect(heard).toEqual([])
  })

  it('a document without text comes last instead of failing them all', async () => {
    const { pinecone } = await emulated()
    const documents = ['', 'limit connections', 'cats']
    const { ranking } = await rerank({ model: pinecone.reranking(BGE), query, documents })
    expect(ranking.map(({ originalIndex }) => originalIndex)).toEqual([1, 2, 0])
    expect(ranking[2]?.score).toBe(0)
  })

  it('cuts what is too long for the model, unless told otherwise', async () => {
    const { emulator, pinecone } = await emulated()
    const call = { model: pinecone.reranking(BGE), query, documents: ['a long text '.repeat(600)] }
    expect((await rerank(call)).ranking).toHaveLength(1)
    const refused = rerank({ ...call, providerOptions: { pinecone: { parameters: { truncate: 'NONE' } } } })
    await expect(refused).rejects.toMatchObject({
      name: 'AI_APICallError',
      statusCode: 400,
      isRetryable: false,
    })
    expect(ranked(emulator).map(({ parameters }) => parameters)).toEqual([
      { truncate: 'END' },
      { truncate: 'NONE' },
    ])
  })

  const circle: Record<string, unknown> = {}
  circle.self = circle
  it.each<[string, unknown, string]>([
    ['an object that holds itself', circle, 'documents[1]'],
    ['a Map', new Map([['text', 'a']]), 'documents[1]'],
    ['an object with a Map', { tags: new Map() }, 'documents[1]'],
    ['a function', () => 'a', 'documents[1]'],
    ['null', null, 'documents[1]'],
  ])('refuses %s as a document, by name', async (_, document, argument) => {
    const { emulator, pinecone } = await emulated()
    const values = [{ text: 'a' }, document] as never
    const ranking = pinecone.reranking(BGE).doRerank({ query, documents: { type: 'object', values } })
    await expect(ranking).rejects.toMatchObject({ name: 'AI_InvalidArgumentError', argument })
    expect(emulator.requests).toEqual([])
  })

  it('ranks an object that holds a BigInt, as a text', async () => {
    const { emulator, pinecone } = await emulated()
    const values = [{ id: 5n }] as never
    await pinecone.reranking(BGE).doRerank({ query, documents: { type: 'object', values } })
    expect(ranked(emulator)[0]?.documents).toEqual([{ text: '{"id":"5"}' }])
  })

  it('an option of a call that is undefined is not given', async () => {
    const { emulator, pinecone } = await emulated()
    const model = pinecone.reranking(BGE, { rankFields: ['body'] })
    const documents = [{ body: 'cats' }]
    await rerank({
      model,
      query,
      documents,
      providerOptions: { pinecone: { rankFields: undefined } } as never,
    })
    expect(ranked(emulator)[0]?.rank_fields).toEqual(['body'])
  })
})
