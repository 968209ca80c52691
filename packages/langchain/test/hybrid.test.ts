import { Document } from '@langchain/core/documents'
import { RunnableLambda } from '@langchain/core/runnables'
import { Pinecone as Pinecone5 } from '@pinecone-database/pinecone'
import { PineconeInference } from '@pinecone-inference/client'
import { Pinecone as Pinecone9 } from 'pinecone-sdk-9'
import { describe, expect, it } from 'vitest'
import {
  PineconeEmbeddings,
  PineconeHybridSearchRetriever,
  type PineconeIndex,
  PineconeSparseEmbeddings,
} from '../dist/index.js'
import { emulated } from './emulator.js'
import { indexServer } from './index-server.js'

const texts = [
  'Cats purr when they are content.',
  'A connection pool keeps sockets open.',
  'Soup is best served hot.',
  'Sockets are closed after the keep-alive timeout.',
  'The pool in the garden is cold.',
]
const question = 'How does a connection pool keep sockets open?'

async function embeddings() {
  const { fields } = await emulated()
  const client = new PineconeInference(fields)
  return {
    embeddings: new PineconeEmbeddings({ client, model: 'llama-text-embed-v2', dimension: 384 }),
    sparseEmbeddings: new PineconeSparseEmbeddings({ client }),
  }
}

const sdks: [string, (host: string) => PineconeIndex][] = [
  ['5', (host) => new Pinecone5({ apiKey: 'offline' }).index('docs', host)],
  ['9', (host) => new Pinecone9({ apiKey: 'offline' }).index({ host })],
]
const indexAt = (host: string): PineconeIndex => new Pinecone5({ apiKey: 'offline' }).index('docs', host)

describe.each(sdks)('over the index of @pinecone-database/pinecone %s', (_, sdk) => {
  it('stores texts with both vectors and finds them by both', async () => {
    const { host, namespaces, queries } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({
      ...(await embeddings()),
      index: sdk(host),
      namespace: 'tenant',
      topK: 2,
    })
    const ids = await retriever.addTexts(
      texts,
      texts.map((text, page) => ({
        page,
        loc: { lines: { from: page } },
        tags: ['a', 'b'],
        none: null,
        text,
      })),
    )
    expect(new Set(ids).size).toBe(5)
    const stored = namespaces.get('tenant')?.get(ids[1] ?? '')
    expect(stored?.values).toHaveLength(384)
    expect(stored?.sparseValues?.indices.length).toBeGreaterThan(2)
    expect(stored?.metadata).toEqual({ page: 1, 'loc.lines.from': 1, tags: ['a', 'b'], text: texts[1] })

    const found = await retriever.invoke(question)
    expect(found).toHaveLength(2)
    expect(found[0]).toMatchObject({
      id: ids[1],
      pageContent: texts[1],
      metadata: { page: 1, tags: ['a', 'b'] },
    })
    expect(found[0]?.metadata.score).toBeGreaterThan(found[1]?.metadata.score)
    expect(found[0]?.metadata).not.toHaveProperty('text')
    expect(queries[0]).toMatchObject({ namespace: 'tenant', topK: 2, includeMetadata: true })

    expect(await retriever.addTexts(texts.slice(0, 2), [{ page: 0 }, { page: 1 }])).not.toEqual(
      ids.slice(0, 2),
    )
    await retriever.addTexts(texts.slice(0, 2), [{ page: 0 }, { page: 1 }])
    expect(namespaces.get('tenant')?.size).toBe(7)
  })

  it('merges the rankings of a dense and a sparse index by reciprocal rank', async () => {
    const [dense, sparse] = [await indexServer(), await indexServer()]
    const fields = {
      ...(await embeddings()),
      denseIndex: sdk(dense.host),
      sparseIndex: sdk(sparse.host),
      topK: 3,
    }
    const retriever = new PineconeHybridSearchRetriever(fields)
    const ids = texts.map((_, i) => `d${i}`)
    await retriever.addTexts(texts, undefined, { ids })
    const [inDense, inSparse] = [dense.namespaces.get('')?.get('d1'), sparse.namespaces.get('')?.get('d1')]
    expect([inDense?.values?.length, inDense?.sparseValues]).toEqual([384, undefined])
    expect(inSparse?.values ?? []).toEqual([])
    expect(inSparse?.sparseValues?.indices.length).toBeGreaterThan(2)

    const found = await retriever.invoke(question)
    expect(found[0]).toMatchObject({ id: 'd1', metadata: { score: 0.5 / 61 + 0.5 / 61 } })
    expect(found).toHaveLength(3)
    expect(dense.queries[0]).not.toHaveProperty('sparseVector')
    expect(sparse.queries[0]?.topK).toBe(40)
  })
})

describe('alpha', () => {
  it.each([
    [1, 1, undefined],
    [0.25, 0.25, 0.75],
    [0, 0, 1],
  ])('%d weighs the dense vector by %d and the sparse one by %s', async (alpha, ofDense, ofSparse) => {
    const { host, queries } = await indexServer()
    const both = await embeddings()
    await new PineconeHybridSearchRetriever({ ...both, index: indexAt(host), alpha }).invoke(question)
    const [dense, sparse] = [
      await both.embeddings.embedQuery(question),
      await both.sparseEmbeddings.embedQuery(question),
    ]
    expect(queries[0]?.vector).toEqual(dense.map((value) => value * ofDense + 0))
    expect(queries[0]?.sparseVector?.values).toEqual(
      ofSparse && sparse.values.map((value) => value * ofSparse),
    )
  })
})

describe('PineconeHybridSearchRetriever', () => {
  it('filters, reads its text key, and is a step of a chain', async () => {
    const { host } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({
      ...(await embeddings()),
      index: indexAt(host),
      filter: { language: { $eq: 'en' } },
      textKey: 'context',
      tags: ['search'],
    })
    await retriever.addDocuments([
      new Document({ id: 'a', pageContent: texts[1] ?? '', metadata: { language: 'de' } }),
      new Document({ id: 'b', pageContent: texts[3] ?? '', metadata: { language: 'en' } }),
    ])
    const chain = retriever.pipe(RunnableLambda.from((found: Document[]) => found.map(({ id }) => id)))
    expect(await chain.invoke(question)).toEqual(['b'])
    const other = new PineconeHybridSearchRetriever({ ...(await embeddings()), index: indexAt(host) })
    await expect(other.invoke(question)).rejects.toThrow(
      /^textKey is "text", and record "a" has no text there/,
    )
  })

  it('has options that can be read back', async () => {
    const fields = { ...(await embeddings()), index: indexAt('http://127.0.0.1:9') }
    const { topK, alpha, textKey, namespace, embeddings: dense } = new PineconeHybridSearchRetriever(fields)
    expect({ topK, alpha, textKey, namespace }).toEqual({
      topK: 4,
      alpha: 0.5,
      textKey: 'text',
      namespace: undefined,
    })
    expect(dense).toBe(fields.embeddings)
  })

  it('stores many documents in several upserts, and says which were not stored', async () => {
    const { host, upserts, refuse } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index: indexAt(host) })
    const many = Array.from({ length: 250 }, (_, i) => `passage ${i} of many`)
    const ids = many.map((_, i) => `d${i}`)
    await retriever.addTexts(many, undefined, { ids })
    expect(upserts.flat().map(({ id }) => id)).toEqual(ids)
    refuse((some) => some.includes('d120'))
    await expect(retriever.addTexts(many, undefined, { ids })).rejects.toMatchObject({
      inputRange: [100, 200],
      message: 'the index did not store documents 100 to 199; those before are stored',
      cause: expect.anything(),
    })
  })

  it('embeds and stores up to 960 documents at a time, so that a failure costs no more than those', async () => {
    const { host, namespaces } = await indexServer()
    const { emulator, fields } = await emulated()
    const client = new PineconeInference({ ...fields, maxRetries: 0 })
    const retriever = new PineconeHybridSearchRetriever({
      embeddings: new PineconeEmbeddings({ client, model: 'llama-text-embed-v2', dimension: 384 }),
      sparseEmbeddings: new PineconeSparseEmbeddings({ client }),
      index: indexAt(host),
    })
    const many = Array.from({ length: 1000 }, (_, i) => (i === 970 ? '' : `passage ${i}`))
    await expect(retriever.addTexts(many)).rejects.toMatchObject({ argument: 'documents[970].pageContent' })
    expect(namespaces.get('')?.size).toBe(960)
    expect(emulator.requests).toHaveLength(20)
  })

  it('stops storing when its signal aborts, and embeds nothing more', async () => {
    const { host, namespaces, refuse } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index: indexAt(host) })
    const many = Array.from({ length: 250 }, (_, i) => `passage ${i}`)
    const stop = new AbortController()
    refuse(() => {
      stop.abort(new Error('enough'))
      return false
    })
    await expect(retriever.addTexts(many, undefined, { signal: stop.signal })).rejects.toThrow('enough')
    expect(namespaces.get('')?.size).toBe(100)
    await expect(retriever.addTexts(many, undefined, { signal: stop.signal })).rejects.toThrow('enough')
  })

  it('stores nothing if somebody else’s embeddings lose a vector', async () => {
    const { host, upserts } = await indexServer()
    const both = await embeddings()
    const lossy = { embedQuery: both.embeddings.embedQuery, embedDocuments: async () => [[1, 2]] }
    const retriever = new PineconeHybridSearchRetriever({ ...both, embeddings: lossy, index: indexAt(host) })
    await expect(retriever.addTexts(['a', 'b'])).rejects.toThrow('embeddings made 1 vectors of 2 texts')
    expect(upserts).toEqual([])
  })

  it.each([
    ['topN', { topN: 3 }, 'topN is not an option of PineconeHybridSearchRetriever; did you mean topK?'],
    ['text_key', { text_key: 'context' }, 'did you mean textKey?'],
    ['sparse_encoder', { sparse_encoder: {} }, 'did you mean sparseEmbeddings?'],
    ['alpha above 1', { alpha: 1.5 }, 'alpha is 1.5'],
    ['an alpha that is a text', { alpha: '' }, 'alpha is ""; it must be a number from 0 to 1'],
    ['an alpha that is a list', { alpha: [] }, 'alpha is an array'],
    ['an alpha that is true', { alpha: true }, 'alpha is true'],
    ['topK of 0', { topK: 0 }, 'topK is 0'],
    ['a topK that is a text', { topK: '3' }, 'topK is "3"'],
    ['a textKey without a name', { textKey: '' }, 'textKey is ""; it must be the name of a metadata field'],
    ['a namespace that is a number', { namespace: 5 }, 'namespace is 5; it must be a string'],
    ['a filter that is a text', { filter: 'genre' }, 'filter is "genre"; it must be an object'],
    ['an index that is a name', { index: 'docs' }, 'index must be an index'],
    ['no index', { index: undefined }, 'index must be given alone'],
    ['an index too many', { denseIndex: indexAt('http://127.0.0.1:9') }, 'index must be given alone'],
    ['no embeddings', { embeddings: undefined }, 'embeddings must be an object with embedDocuments'],
  ])('refuses %s', async (_, wrong, message) => {
    const fields = { ...(await embeddings()), index: indexAt('http://127.0.0.1:9'), ...wrong }
    // @ts-expect-error wrong fields
    expect(() => new PineconeHybridSearchRetriever(fields)).toThrow(message)
  })

  it('takes null as not given', async () => {
    const nothing = { alpha: null, topK: null, textKey: null, namespace: null, filter: null }
    const fields = { ...(await embeddings()), index: indexAt('http://127.0.0.1:9'), ...nothing }
    // @ts-expect-error null
    const { alpha, topK, textKey, namespace, filter } = new PineconeHybridSearchRetriever(fields)
    expect([alpha, topK, textKey, namespace, filter]).toEqual([0.5, 4, 'text', undefined, undefined])
  })

  it('stores texts without metadata, or with the same for each, as fromTexts of a vector store', async () => {
    const { host, namespaces } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index: indexAt(host) })
    const [bare] = await retriever.addTexts(['cats'], [])
    const [first, second] = await retriever.addTexts(['pools', 'soup'], { source: 'book' })
    const metadata = [bare, first, second].map((id) => namespaces.get('')?.get(id ?? '')?.metadata)
    expect(metadata).toEqual([
      { text: 'cats' },
      { text: 'pools', source: 'book' },
      { text: 'soup', source: 'book' },
    ])
  })

  it.each([
    ['documents that are a text', 'ab', {}, 'documents'],
    ['a document without a text', [{ metadata: {} }], {}, 'documents[0].pageContent'],
    ['a text as ids', [new Document({ pageContent: 'a' })], { ids: 'a' }, 'ids'],
    ['an id that is a number', [new Document({ pageContent: 'a' })], { ids: [5] }, 'ids[0]'],
  ])('does not add %s', async (_, documents, options, argument) => {
    const { host, upserts } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index: indexAt(host) })
    // @ts-expect-error wrong kinds
    const adding = retriever.addDocuments(documents, options)
    await expect(adding).rejects.toMatchObject({ name: 'PineconeConfigurationError', argument })
    expect(upserts).toEqual([])
  })

  it.each([
    ['a Map', { of: { key: new Map() } }, 'documents[1].metadata.of.key'],
    ['another text under the text key', { text: 'other' }, 'documents[1].metadata.text'],
  ])('refuses metadata with %s before it embeds anything', async (_, metadata, argument) => {
    const { host, upserts } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index: indexAt(host) })
    await expect(retriever.addTexts(['a', 'b'], [{}, metadata])).rejects.toMatchObject({ argument })
    expect(upserts).toEqual([])
    const tooMany = retriever.addTexts(['a'], [{}, {}])
    await expect(tooMany).rejects.toMatchObject({ argument: 'metadatas' })
    await expect(retriever.addTexts(['a'], undefined, { ids: [] })).rejects.toMatchObject({ argument: 'ids' })
  })
})
