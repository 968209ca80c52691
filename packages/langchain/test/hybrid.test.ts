import { Document } from '@langchain/core/documents'
import { RunnableLambda } from '@langchain/core/runnables'
import { Pinecone as Pinecone5 } from '@pinecone-database/pinecone'
import { PineconeInference } from '@pinecone-inference/client'
import { Pinecone as Pinecone9 } from 'pinecone-sdk-9'
import { describe, expect, it } from 'vitest'
import { emulated } from '../../../test/adapters/emulated.js'
import {
  PineconeEmbeddings,
  PineconeHybridSearchRetriever,
  type PineconeIndex,
  PineconeSparseEmbeddings,
} from '../dist/index.js'
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
      'textKey is "text", but no record that was found has a text there; "a" has language, context',
    )
  })

  it('returns a record that has no text beside those that have one', async () => {
    const { host, namespaces } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index: indexAt(host) })
    await retriever.addTexts(texts.slice(0, 3), undefined, { ids: ['a', 'b', 'c'] })
    const foreign = { ...namespaces.get('')?.get('c'), id: 'c', metadata: { text: ['x'], owner: 'shop' } }
    namespaces.get('')?.set('c', foreign)
    const found = await retriever.invoke(question)
    expect(found.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c'])
    expect(found.find(({ id }) => id === 'c')).toMatchObject({
      pageContent: '',
      metadata: { text: ['x'], owner: 'shop', score: expect.any(Number) },
    })
  })

  it.each(['', '  ', '\n', undefined])('refuses the query %j before anything is sent', async (query) => {
    const { emulator, fields } = await emulated()
    const { host, queries } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({
      embeddings: new PineconeEmbeddings(fields),
      sparseEmbeddings: new PineconeSparseEmbeddings(fields),
      index: indexAt(host),
    })
    // @ts-expect-error undefined
    const search = retriever.invoke(query)
    await expect(search).rejects.toMatchObject({ argument: 'query', verdict: 'input' })
    expect([emulator.requests, queries]).toEqual([[], []])
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

  it.each(['topK', 'alpha', 'namespace', 'filter', 'textKey', 'embeddings', 'sparseEmbeddings'])(
    'keeps its %s',
    async (name) => {
      const fields = { ...(await embeddings()), index: indexAt('http://127.0.0.1:9') }
      const retriever = new PineconeHybridSearchRetriever(fields)
      expect(() => Object.assign(retriever, { [name]: 5 })).toThrow(TypeError)
    },
  )

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
      name: 'PineconeIndexError',
      message: 'the index did not store documents 100 to 199, only those before: refused',
      verdict: 'setup',
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
    await expect(retriever.addTexts(['a', 'b'])).rejects.toThrow('embeddings made 1 vectors for 2 texts')
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
    ['no index', { index: undefined }, 'index must be the only index'],
    ['an index too many', { denseIndex: indexAt('http://127.0.0.1:9') }, 'index must be the only index'],
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

  const named = (...ids: unknown[]) => ids.map((id, i) => ({ pageContent: `page ${i}`, metadata: {}, id }))
  it.each([
    ['documents that are a text', 'ab', {}, 'documents', undefined],
    ['a document without a text', [{ metadata: {} }], {}, 'documents[0].pageContent', [0, 1]],
    ['a text as ids', named('a'), { ids: 'a' }, 'ids', undefined],
    ['an id that is a number', named('a'), { ids: [5] }, 'ids[0]', [0, 1]],
    ['a document whose id is a number', named('a', 5), {}, 'documents[1].id', [1, 2]],
    ['a document whose id is empty', named(undefined, 'a', ''), {}, 'documents[2].id', [2, 3]],
    ['two documents of one id', named('a', 'b', undefined, 'b'), {}, 'documents[3].id', [3, 4]],
    ['an id for two documents', named('a', 'b', 'c'), { ids: ['x', 'y', 'x'] }, 'ids[2]', [2, 3]],
  ])('does not add %s', async (_, documents, options, argument, inputRange) => {
    const { host, upserts } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index: indexAt(host) })
    // @ts-expect-error wrong kinds
    const adding = retriever.addDocuments(documents, options)
    const verdict = inputRange ? 'input' : 'setup'
    await expect(adding).rejects.toMatchObject({
      name: 'PineconeConfigurationError',
      argument,
      verdict,
      inputRange,
    })
    expect(upserts).toEqual([])
  })

  it('names both documents of an id', async () => {
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index: indexAt('') })
    const adding = retriever.addTexts(['a', 'b', 'c'], [], { ids: ['x', 'y', 'x'] })
    await expect(adding).rejects.toThrow('ids[2] repeats ids[0], "x": the index keeps one record per id')
  })

  it('takes the ids given over those of documents, and stores equal documents without one once', async () => {
    const { host, namespaces } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index: indexAt(host) })
    await retriever.addDocuments(named('a', 'a') as Document[], { ids: ['x', 'y'] })
    expect([...(namespaces.get('')?.keys() ?? [])]).toEqual(['x', 'y'])
    const [first, second, other] = await retriever.addTexts(['same', 'same', 'other'])
    expect(second).toBe(first)
    expect(other).not.toBe(first)
    expect(namespaces.get('')?.size).toBe(4)
  })

  const itself: { itself?: object } = {}
  itself.itself = { itself }
  const listOfItself: unknown[] = []
  listOfItself.push(listOfItself)
  it.each([
    ['a Map', { of: { key: new Map() } }, 'documents[1].metadata.of.key'],
    ['NaN', { pages: [1, Number.NaN] }, 'documents[1].metadata.pages.1'],
    ['another text under the text key', { text: 'other' }, 'documents[1].metadata.text'],
    ['two fields of one name once flat', { 'a.b': 1, a: { b: 2 } }, 'documents[1].metadata.a.b'],
    ['an object that contains itself', { of: itself }, 'documents[1].metadata.of.itself.itself'],
    ['a list that contains itself', { of: listOfItself }, 'documents[1].metadata.of.0'],
  ])('refuses metadata with %s before it embeds anything', async (_, metadata, argument) => {
    const { host, upserts } = await indexServer()
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index: indexAt(host) })
    const adding = retriever.addTexts(['a', 'b'], [{}, metadata])
    await expect(adding).rejects.toMatchObject({ argument, verdict: 'input', inputRange: [1, 2] })
    expect(upserts).toEqual([])
    const tooMany = retriever.addTexts(['a'], [{}, {}])
    await expect(tooMany).rejects.toMatchObject({ argument: 'metadatas' })
    await expect(retriever.addTexts(['a'], undefined, { ids: [] })).rejects.toMatchObject({ argument: 'ids' })
  })
})

const indexMethods = (fail: () => Promise<never>): PineconeIndex => ({
  namespace: () => indexMethods(fail),
  query: fail,
  upsert: fail,
})
const errorNamed = (name: string, message = 'no') => Object.assign(new Error(message), { name })
const withCode = (code: string) => {
  const cause = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code }) })
  return Object.assign(errorNamed('PineconeConnectionError', code), { cause })
}

describe('an index that fails', () => {
  it.each([
    ['5', 429, 'moment'],
    ['9', 429, 'moment'],
    ['5', 504, 'moment'],
    ['9', 400, 'setup'],
    ['5', 401, 'setup'],
    ['9', 404, 'setup'],
    ['9', 503, 'moment'],
  ])('as the SDK %s reports a %i: the verdict is %j', async (version, status, verdict) => {
    const { host, failWith } = await indexServer()
    const index =
      version === '5'
        ? new Pinecone5({ apiKey: 'offline', maxRetries: 1 }).index('docs', host)
        : new Pinecone9({ apiKey: 'offline', maxRetries: 0 }).index({ host })
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index })
    failWith(status)
    const error = { name: 'PineconeIndexError', verdict, cause: expect.any(Error) }
    await expect(retriever.addTexts(['a', 'b'])).rejects.toMatchObject({ ...error, inputRange: [0, 2] })
    await expect(retriever.invoke('a')).rejects.toMatchObject(error)
  })

  it.each(sdks)('for want of a connection, with the SDK %s, may answer later', async (_, sdk) => {
    const retriever = new PineconeHybridSearchRetriever({
      ...(await embeddings()),
      index: sdk('http://127.0.0.1:1'),
    })
    await expect(retriever.addTexts(['a'])).rejects.toMatchObject({ verdict: 'moment' })
    await expect(retriever.invoke('a')).rejects.toMatchObject({
      verdict: 'moment',
      message: expect.stringMatching(/^the index did not answer the query: /),
    })
  })

  it.each([
    ['moment', errorNamed('PineconeMaxRetriesExceededError')],
    ['moment', errorNamed('PineconeUnavailableError')],
    ['moment', errorNamed('PineconeInternalServerError')],
    ['moment', errorNamed('PineconeUnmappedHttpError', 'Status: 400. was said   Status: 502. ')],
    ['setup', errorNamed('PineconeUnmappedHttpError', 'Status: 429. was said   Status: 418. ')],
    ['moment', new TypeError('fetch failed')],
    ['setup', withCode('CERT_HAS_EXPIRED')],
    ['moment', withCode('ECONNRESET')],
    ['setup', new TypeError('query.filter is not a function')],
    ['moment', Object.assign(new Error('later'), { status: 503 })],
    ['setup', errorNamed('PineconeArgumentError')],
    ['setup', 'a text'],
  ])('has the verdict %j for %s', async (verdict, cause) => {
    const index = indexMethods(() => Promise.reject(cause))
    const retriever = new PineconeHybridSearchRetriever({ ...(await embeddings()), index })
    await expect(retriever.invoke('a')).rejects.toMatchObject({ verdict, cause })
  })
})
