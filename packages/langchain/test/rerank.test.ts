import { ContextualCompressionRetriever } from '@langchain/classic/retrievers/contextual_compression'
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import '@langchain/core/context'
import { Document } from '@langchain/core/documents'
import { StringOutputParser } from '@langchain/core/output_parsers'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import {
  type Runnable,
  RunnableLambda,
  RunnablePassthrough,
  RunnableSequence,
} from '@langchain/core/runnables'
import { RunCollectorCallbackHandler } from '@langchain/core/tracers/run_collector'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { PineconeInference, PineconeInvalidRequestError } from '@pinecone-inference/client'
import { describe, expect, it } from 'vitest'
import { emulated } from '../../../test/adapters/emulated.js'
import { PineconeEmbeddings, PineconeRerank, PineconeSparseEmbeddings, type Rankable } from '../dist/index.js'

const documents = () => [
  new Document({
    id: 'cats',
    pageContent: 'Cats purr when they are content.',
    metadata: { title: 'Animals', page: 1, isbn: null },
  }),
  new Document({
    id: 'pools',
    pageContent: 'A connection pool keeps sockets open.',
    metadata: { title: 'Networks', page: 2 },
  }),
  new Document({ pageContent: 'Soup is best served hot.', metadata: { title: 'Kitchen', page: 3 } }),
]
const question = 'How does a connection pool keep sockets open?'

interface RerankBody {
  documents: unknown[]
  rank_fields?: string[]
  return_documents?: boolean
}

describe('compressDocuments', () => {
  it('returns documents of the class that they have', async () => {
    class Page extends Document {
      readonly number = 7
      title() {
        return `page ${this.number} of ${this.metadata.title}`
      }
    }
    const { fields } = await emulated()
    const page = new Page({ pageContent: 'A pool.', metadata: { title: 'Networks' } })
    const [ranked] = await new PineconeRerank(fields).compressDocuments([page], 'pool')
    expect(ranked).toBeInstanceOf(Page)
    expect((ranked as Page).title()).toBe('page 7 of Networks')
    expect(page.metadata).toEqual({ title: 'Networks' })
  })

  it('returns copies, best first, with their score, id and metadata; the caller’s documents stay as they were', async () => {
    const { fields } = await emulated()
    const given = documents()
    const before = structuredClone(given)
    const ranked = await new PineconeRerank(fields).compressDocuments(given, question)

    expect(ranked.map(({ id }) => id)[0]).toBe('pools')
    expect(ranked).toHaveLength(3)
    const scores = ranked.map(({ metadata }) => metadata.relevanceScore as number)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    expect(ranked[0]).toMatchObject({
      pageContent: 'A connection pool keeps sockets open.',
      metadata: { title: 'Networks', page: 2, relevanceScore: scores[0] },
    })
    expect(ranked[0]).toBeInstanceOf(Document)
    expect(ranked[0]).not.toBe(given[1])
    expect(ranked.find(({ metadata }) => metadata.page === 3)?.id).toBeUndefined()
    expect(structuredClone(given)).toEqual(before)
  })

  it('ranks the documents it was given, whatever becomes of their array meanwhile', async () => {
    const { fields } = await emulated()
    const reranker = new PineconeRerank({ ...fields, returnDocuments: true })
    const [given, alsoGiven] = [documents(), documents()]
    const compressing = reranker.compressDocuments(given, question)
    const ranking = reranker.rerank(alsoGiven, question)
    given.length = 0
    alsoGiven.length = 0
    expect(await compressing).toHaveLength(3)
    expect(await ranking).toHaveLength(3)
  })

  it('keeps the best topN, and drops what scores below the threshold', async () => {
    const { fields } = await emulated()
    expect(
      await new PineconeRerank({ ...fields, topN: 2 }).compressDocuments(documents(), question),
    ).toHaveLength(2)
    const [best] = await new PineconeRerank(fields).compressDocuments(documents(), question)
    const scoreThreshold = best?.metadata.relevanceScore as number
    const above = await new PineconeRerank({ ...fields, scoreThreshold }).compressDocuments(
      documents(),
      question,
    )
    expect(above.map(({ id }) => id)).toEqual(['pools'])
  })

  it('ranks by a metadata field, and sends nothing else', async () => {
    const { emulator, fields } = await emulated()
    const [best] = await new PineconeRerank({ ...fields, rankFields: ['title'] }).compressDocuments(
      documents(),
      'Kitchen',
    )
    expect(best?.metadata.page).toBe(3)
    const body = emulator.requests[0]?.body as RerankBody
    expect(body.documents[0]).toEqual({ title: 'Animals' })
    expect(body).toMatchObject({ rank_fields: ['title'], return_documents: false })
  })

  it('sends the model’s parameters', async () => {
    const { emulator, fields } = await emulated()
    const reranker = new PineconeRerank({
      ...fields,
      model: 'bge-reranker-v2-m3',
      parameters: { truncate: 'NONE' },
    })
    await reranker.compressDocuments(documents(), question)
    expect(emulator.requests[0]?.body).toMatchObject({ parameters: { truncate: 'NONE' } })
  })

  it('has the service cut a document that is too long, unless told otherwise', async () => {
    const { fields } = await emulated()
    const long = new Document({ pageContent: 'a pool of sockets '.repeat(1_000) })
    const ranked = await new PineconeRerank(fields).compressDocuments([...documents(), long], question)
    expect(ranked).toHaveLength(4)
    const strict = new PineconeRerank({ ...fields, parameters: { truncate: 'NONE' } })
    await expect(strict.compressDocuments([long], question)).rejects.toMatchObject({ status: 400 })
  })

  it('sends no truncation to a model that has none', async () => {
    const { emulator, fields } = await emulated()
    await new PineconeRerank({ ...fields, model: 'cohere-rerank-3.5' }).compressDocuments(
      documents(),
      question,
    )
    expect(emulator.requests[0]?.body).not.toHaveProperty('parameters')
  })

  it('ranks a document without text last, with a score of 0, and does not send it', async () => {
    const { emulator, fields } = await emulated()
    const [cats, pools] = documents()
    const empty = [
      new Document({ id: 'empty', pageContent: '' }),
      new Document({ id: 'void', pageContent: '' }),
    ]
    const given = [...empty, ...[cats, pools].flatMap((document) => document ?? [])]
    const ranked = await new PineconeRerank(fields).compressDocuments(given, question)
    expect(ranked.map(({ id }) => id)).toEqual(['pools', 'cats', 'empty', 'void'])
    expect(ranked.map(({ metadata }) => metadata.relevanceScore).slice(2)).toEqual([0, 0])
    expect((emulator.requests[0]?.body as RerankBody | undefined)?.documents).toHaveLength(2)
    const best = await new PineconeRerank({ ...fields, topN: 3 }).rerank(given, question)
    expect(best.map(({ index }) => index)).toEqual([3, 2, 0])
    const good = await new PineconeRerank({ ...fields, scoreThreshold: 0.001 }).rerank(given, question)
    expect(good.map(({ index }) => index)).not.toContain(0)
  })

  it('ranks by metadata of any kind as text, where a null counts as missing', async () => {
    const { emulator, fields } = await emulated()
    const metadata = { year: 2024, free: true, at: new Date(0), big: 2n ** 60n, tags: ['a', 2n], none: null }
    const rankFields = Object.keys(metadata)
    const reranker = new PineconeRerank({ ...fields, model: 'cohere-rerank-3.5', rankFields })
    await reranker.compressDocuments([new Document({ pageContent: 'body', metadata })], question)
    expect((emulator.requests[0]?.body as RerankBody | undefined)?.documents).toEqual([
      {
        year: '2024',
        free: 'true',
        at: '1970-01-01T00:00:00.000Z',
        big: '1152921504606846976',
        tags: '["a","2"]',
        none: '',
      },
    ])
    expect(metadata.none).toBeNull()
  })

  it('ranks documents that have only some of several rank fields', async () => {
    const { fields } = await emulated()
    const reranker = new PineconeRerank({
      ...fields,
      model: 'cohere-rerank-3.5',
      rankFields: ['title', 'text'],
    })
    const given = [
      { text: 'Soup is hot.', title: null },
      { text: 'A pool of sockets.' },
      { title: 'Sockets' },
    ]
    expect(await reranker.rerank(given, 'sockets')).toHaveLength(3)
  })

  it.each([
    ['blank texts', ['', ''], {}],
    ['a rank field that is null wherever it is', [{ isbn: null }, { isbn: null }], { rankFields: ['isbn'] }],
  ])('ranks nothing but %s without a request: all score 0', async (_, given, options) => {
    const { emulator, fields } = await emulated()
    expect(await new PineconeRerank({ ...fields, ...options }).rerank<Rankable>(given, question)).toEqual([
      { index: 0, score: 0 },
      { index: 1, score: 0 },
    ])
    expect(emulator.requests).toHaveLength(0)
  })

  const ring: { name: string; self?: object } = { name: 'ring' }
  ring.self = ring
  it.each([
    ['null among the documents', [{ text: 'a' }, null], 'documents[1]'],
    ['an invalid date to rank by', [{ text: new Date(Number.NaN) }], 'documents[0].text'],
    ['what holds itself to rank by', [{ text: ring }], 'documents[0].text'],
  ])('refuses %s', async (_, given, argument) => {
    const { emulator, fields } = await emulated()
    const ranking = new PineconeRerank(fields).rerank(given as Rankable[], question)
    await expect(ranking).rejects.toMatchObject({ name: 'PineconeConfigurationError', argument })
    expect(emulator.requests).toHaveLength(0)
  })

  it('ranks more documents than one request may hold', async () => {
    const { emulator, fields } = await emulated()
    const many = Array.from(
      { length: 250 },
      (_, i) => new Document({ id: `${i}`, pageContent: `entry ${i}` }),
    )
    many[201] = new Document({ id: 'wanted', pageContent: 'the keep-alive timeout of a socket' })
    const ranked = await new PineconeRerank({ ...fields, topN: 3 }).compressDocuments(
      many,
      'keep-alive timeout',
    )
    expect(ranked[0]?.id).toBe('wanted')
    expect(ranked).toHaveLength(3)
    expect(emulator.requests).toHaveLength(3)
  })

  it('ranks a document as it was when the call began, and copies what its metadata holds', async () => {
    const { emulator, fields } = await emulated()
    const given = [new Document({ pageContent: 'before', metadata: { tags: ['a'], of: { page: 1 } } })]
    const ranking = new PineconeRerank(fields).compressDocuments(given, question)
    for (const document of given) {
      document.pageContent = 'after'
      document.metadata.tags.push('b')
    }
    const ranked = await ranking
    expect((emulator.requests[0]?.body as RerankBody | undefined)?.documents).toEqual([{ text: 'before' }])
    expect(ranked[0]).toMatchObject({ pageContent: 'before', metadata: { tags: ['a'], of: { page: 1 } } })
    expect(ranked[0]?.metadata.of).not.toBe(given[0]?.metadata.of)
  })

  it('keeps its rank fields, whatever becomes of the list it was built with', async () => {
    const { emulator, fields } = await emulated()
    const rankFields = ['title']
    const reranker = new PineconeRerank({ ...fields, rankFields })
    rankFields[0] = 'isbn'
    await reranker.compressDocuments(documents(), question)
    expect((emulator.requests[0]?.body as RerankBody | undefined)?.rank_fields).toEqual(['title'])
  })

  it.each([
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set(['a'])],
    ['a Error', new Error('a')],
    ['a function', () => 'a'],
    ['a symbol', Symbol('a')],
    ['a Map', { nested: [new Map()] }],
    ['a RegExp', /a/],
  ])('refuses %s as a rank field', async (name, value) => {
    const { emulator, fields } = await emulated()
    const given = [documents()[0], new Document({ pageContent: 'a', metadata: { title: value } })]
    const ranking = new PineconeRerank({ ...fields, rankFields: ['title'] }).rerank(given as Document[], 'q')
    await expect(ranking).rejects.toMatchObject({
      argument: 'documents[1].title',
      inputRange: [1, 2],
      message: expect.stringContaining(name),
    })
    expect(emulator.requests).toEqual([])
  })

  it.each([null, undefined, 7])('refuses a pageContent that is %s, by name', async (pageContent) => {
    const { fields } = await emulated()
    const given = [documents()[0], { pageContent, metadata: {} }] as Document[]
    await expect(new PineconeRerank(fields).compressDocuments(given, 'q')).rejects.toMatchObject({
      argument: 'documents[1].pageContent',
      verdict: 'input',
      inputRange: [1, 2],
    })
  })

  it('refuses null options, a topN of 0 and a query without text even if all documents are blank', async () => {
    const { fields } = await emulated()
    const reranker = new PineconeRerank(fields)
    // @ts-expect-error null
    await expect(reranker.compressDocuments(documents(), 'q', undefined, null)).rejects.toMatchObject({
      argument: 'options',
    })
    await expect(reranker.rerank([''], 'q', { topN: 0 })).rejects.toMatchObject({ argument: 'topN' })
    await expect(reranker.rerank([''], ' ')).rejects.toMatchObject({ argument: 'query', verdict: 'input' })
  })

  it('returns nothing for no documents', async () => {
    const { emulator, fields } = await emulated()
    expect(await new PineconeRerank(fields).compressDocuments([], '')).toEqual([])
    expect(emulator.requests).toHaveLength(0)
  })

  it.each([
    ['an empty query', {}, '', 'query', 'input'],
    ['a blank query', {}, ' ', 'query', 'input'],
    ['a rank field no document has', { rankFields: ['author'] }, 'q', 'rankFields', 'setup'],
  ])('refuses %s before it sends anything', async (_, wrong, query, argument, verdict) => {
    const { emulator, fields } = await emulated()
    await expect(
      new PineconeRerank({ ...fields, ...wrong }).compressDocuments(documents(), query),
    ).rejects.toMatchObject({ name: 'PineconeConfigurationError', argument, verdict })
    expect(emulator.requests).toHaveLength(0)
  })

  it.each([
    ['topN of 0', { topN: 0 }, 'topN'],
    ['an embedding model', { model: 'llama-text-embed-v2' }, 'model'],
    ['a threshold that is not a number', { scoreThreshold: Number.NaN }, 'scoreThreshold'],
    ['more rank fields than the model ranks by', { rankFields: ['title', 'text'] }, 'rankFields'],
  ])('refuses %s when it is built', (_, wrong, argument) => {
    expect(() => new PineconeRerank({ apiKey: 'k', ...wrong })).toThrow(expect.objectContaining({ argument }))
  })
})

describe('rerank', () => {
  it('returns index and score for texts, objects and documents', async () => {
    const { fields } = await emulated()
    const reranker = new PineconeRerank(fields)
    const kinds: Rankable[][] = [
      ['Soup is hot.', 'A pool keeps connections.'],
      [{ text: 'Soup is hot.' }, { text: 'A pool keeps connections.' }],
      [
        new Document({ pageContent: 'Soup is hot.' }),
        new Document({ pageContent: 'A pool keeps connections.' }),
      ],
    ]
    for (const given of kinds) {
      const ranked = await reranker.rerank(given, 'Which pool keeps connections?')
      expect(ranked.map(({ index }) => index)).toEqual([1, 0])
      expect(ranked[0]).toEqual({ index: 1, score: expect.any(Number) })
    }
  })

  it('puts the caller’s own document beside the score when asked to', async () => {
    const { fields } = await emulated()
    const given = documents()
    const ranked = await new PineconeRerank({ ...fields, returnDocuments: true }).rerank(given, question, {
      topN: 1,
    })
    expect(ranked).toHaveLength(1)
    expect(ranked[0]?.document).toBe(given[1])
  })

  it.each(['a text', undefined])('refuses %j for a list of documents', async (given) => {
    const { emulator, fields } = await emulated()
    const reranker = new PineconeRerank(fields)
    const refusal = { name: 'PineconeConfigurationError', argument: 'documents' }
    await expect(reranker.rerank(given as never, 'q')).rejects.toMatchObject(refusal)
    await expect(reranker.compressDocuments(given as never, 'q')).rejects.toMatchObject(refusal)
    expect(emulator.requests).toHaveLength(0)
  })

  it('can be aborted', async () => {
    const { emulator, fields } = await emulated()
    emulator.faults.add({ fault: { kind: 'stall', at: 'headers' } })
    const abort = new AbortController()
    const call = new PineconeRerank(fields).rerank(['a'], 'q', { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })
})

describe('PineconeRerank in LangChain', () => {
  it('reranks what a ContextualCompressionRetriever found, inside an LCEL chain', async () => {
    const { fields } = await emulated()
    const store = await MemoryVectorStore.fromDocuments(documents(), new PineconeEmbeddings(fields))
    const retriever = new ContextualCompressionRetriever({
      baseRetriever: store.asRetriever(3),
      baseCompressor: new PineconeRerank({ ...fields, topN: 1 }),
    })
    const prompts: string[] = []
    const chain = RunnableSequence.from([
      {
        context: retriever.pipe((found: Document[]) =>
          found.map(({ pageContent }) => pageContent).join('\n'),
        ),
        question: new RunnablePassthrough<string>(),
      },
      ChatPromptTemplate.fromTemplate('Answer from: {context}\nQuestion: {question}'),
      RunnableLambda.from((prompt: { toString(): string }) => {
        prompts.push(prompt.toString())
        return prompt as never
      }),
      new FakeListChatModel({ responses: ['By pooling.'] }),
      new StringOutputParser(),
    ])
    expect(await chain.invoke(question)).toBe('By pooling.')
    expect(prompts[0]).toContain('Answer from: A connection pool keeps sockets open.\n')
  })
})

describe('PineconeRerank as a run', () => {
  async function retrieverOn(fields: { apiKey: string; baseUrl: string }) {
    const store = await MemoryVectorStore.fromDocuments(documents(), new PineconeEmbeddings(fields))
    return new ContextualCompressionRetriever({
      baseRetriever: store.asRetriever(3),
      baseCompressor: new PineconeRerank({ ...fields, topN: 2 }),
    })
  }

  it('is a child of the ContextualCompressionRetriever, with query and documents in and scores out', async () => {
    const { fields } = await emulated()
    const collector = new RunCollectorCallbackHandler()
    const found = await (await retrieverOn(fields)).invoke(question, { callbacks: [collector] })

    const [retrieval] = collector.tracedRuns
    expect(retrieval?.child_runs?.map(({ name }) => name)).toEqual(['VectorStoreRetriever', 'PineconeRerank'])
    const run = retrieval?.child_runs?.[1]
    expect(run).toMatchObject({
      run_type: 'chain',
      tags: ['base_compressor'],
      extra: { metadata: { model: 'bge-reranker-v2-m3' } },
      inputs: { query: question },
    })
    expect(run?.inputs.documents).toHaveLength(3)
    expect(run?.outputs).toEqual({ documents: found, model: 'bge-reranker-v2-m3' })
    expect(run?.outputs?.documents[0].metadata.relevanceScore).toEqual(expect.any(Number))
  })

  it('says which model has ranked, where another serves a retired one', async () => {
    const { fields } = await emulated()
    const collector = new RunCollectorCallbackHandler()
    const reranker = new PineconeRerank({ ...fields, model: 'cohere-rerank-3.5' })
    await reranker.compressDocuments(documents(), question, { callbacks: [collector] })
    expect(collector.tracedRuns[0]?.outputs?.model).toBe('cohere-rerank-4-fast')
    expect(collector.tracedRuns[0]?.extra?.metadata.model).toBe('cohere-rerank-3.5')
  })

  it('reports a failure to callbacks, and throws it unchanged', async () => {
    const { emulator, fields } = await emulated()
    emulator.faults.add({ route: '/rerank', fault: { kind: 'status', status: 400 } })
    const failures: unknown[] = []
    const call = new PineconeRerank(fields).compressDocuments(documents(), question, [
      { handleChainError: (error: unknown) => failures.push(error) },
    ])
    await expect(call).rejects.toBeInstanceOf(PineconeInvalidRequestError)
    expect(failures).toEqual([await call.catch((error: unknown) => error)])
  })

  it('takes the name, tags and metadata of a config', async () => {
    const { fields } = await emulated()
    const collector = new RunCollectorCallbackHandler()
    await new PineconeRerank(fields).compressDocuments(documents(), question, {
      callbacks: [collector],
      runName: 'second stage',
      tags: ['a'],
      metadata: { tenant: 7 },
    })
    expect(collector.tracedRuns[0]).toMatchObject({
      name: 'second stage',
      tags: ['a'],
      extra: { metadata: { tenant: 7, model: 'bge-reranker-v2-m3' } },
    })
  })
})

describe('PineconeRerank as a run of a chain', () => {
  it('keeps its own model and name beside the chain’s', async () => {
    const { fields } = await emulated()
    const collector = new RunCollectorCallbackHandler()
    const config: object = {
      callbacks: [collector],
      runName: undefined,
      metadata: { model: 'a-chat-model', tenant: 7 },
    }
    await new PineconeRerank(fields).compressDocuments(documents(), question, config)
    expect(collector.tracedRuns[0]).toMatchObject({
      name: 'PineconeRerank',
      extra: {
        metadata: {
          model: 'bge-reranker-v2-m3',
          ls_provider: 'pinecone',
          ls_model_name: 'bge-reranker-v2-m3',
          tenant: 7,
        },
      },
    })
  })
})

describe('a reranker’s options', () => {
  it('can be read back', () => {
    const client = new PineconeInference({ apiKey: 'offline' })
    const reranker = new PineconeRerank({ client, topN: 3, scoreThreshold: 0.1, rankFields: ['title'] })
    expect(reranker.client).toBe(client)
    const { model, topN, scoreThreshold, rankFields, parameters, returnDocuments } = reranker
    expect({ model, topN, scoreThreshold, rankFields, parameters, returnDocuments }).toEqual({
      model: 'bge-reranker-v2-m3',
      topN: 3,
      scoreThreshold: 0.1,
      rankFields: ['title'],
      parameters: { truncate: 'END' },
      returnDocuments: false,
    })
    for (const name of ['model', 'topN', 'returnDocuments', 'rankFields']) {
      expect(() => Object.assign(reranker, { [name]: 5 })).toThrow(TypeError)
    }
  })

  it.each([
    ['top_n', 'topN'],
    ['topK', 'topN'],
    ['modelName', 'model'],
    ['params', 'parameters'],
    ['returnDocument', 'returnDocuments'],
    ['baseURL', 'baseUrl'],
  ])('%s is refused, with %s as the right name', (name, right) => {
    expect(() => new PineconeRerank({ apiKey: 'offline', ...{ [name]: 3 } })).toThrow(
      expect.objectContaining({
        argument: name,
        message: `${name} is not an option of PineconeRerank; did you mean ${right}?`,
      }),
    )
  })
})

describe('a reranker’s client', () => {
  it('is closed with the reranker that made it', async () => {
    const { fields } = await emulated()
    const reranker = new PineconeRerank(fields)
    await reranker.rerank(['a'], 'q')
    await reranker.close()
    await expect(reranker.rerank(['a'], 'q')).rejects.toThrow('is closed')
  })

  it('stays open where others may use it', async () => {
    const { fields } = await emulated()
    await using client = new PineconeInference(fields)
    {
      await using reranker = new PineconeRerank({ client })
      await reranker.rerank(['a'], 'q')
    }
    expect(await client.rerank({ model: 'bge-reranker-v2-m3', query: 'q', documents: ['a'] })).toBeDefined()
  })

  it('says in its User-Agent that it is LangChain’s, unless told otherwise', async () => {
    const { emulator, fields } = await emulated()
    await new PineconeRerank(fields).rerank(['a'], 'q')
    await new PineconeRerank({ ...fields, sourceTag: 'mine' }).rerank(['a'], 'q')
    const [first, second] = emulator.requests.map(({ headers }) => headers['user-agent'])
    expect(first).toMatch(/source_tag=langchainjs$/)
    expect(second).toMatch(/source_tag=mine$/)
  })
})

describe('An aborted run', () => {
  /** A client whose requests of a route never come back, and a promise for the first of them. */
  async function stalled(route: '/embed' | '/rerank') {
    const { emulator, fields } = await emulated()
    const client = new PineconeInference(fields)
    const reached = new Promise<void>((resolve) => {
      emulator.faults.add({
        route,
        fault: {
          kind: 'latency',
          latency: () => {
            resolve()
            return 600_000
          },
        },
      })
    })
    return { client, reached }
  }

  /** close() waits for what is under way: it resolves at once only if the request was aborted. */
  async function expectBrokenOff(run: Promise<unknown>, client: PineconeInference) {
    await expect(run).rejects.toThrow('enough')
    await client.close()
  }

  it('aborts the request of compressDocuments, from a config’s signal', async () => {
    const { client, reached } = await stalled('/rerank')
    const reranker = new PineconeRerank({ client })
    const abort = new AbortController()
    const chain = RunnableLambda.from((query: string, config) =>
      reranker.compressDocuments(documents(), query, config, { topN: undefined, signal: undefined }),
    )
    const run = chain.invoke(question, { signal: abort.signal })
    void reached.then(() => abort.abort(new Error('enough')))
    await expectBrokenOff(run, client)
  })

  it('aborts the request of a call that has a signal of its own, too', async () => {
    const { client, reached } = await stalled('/rerank')
    const reranker = new PineconeRerank({ client })
    const [abort, own] = [new AbortController(), new AbortController()]
    const chain = RunnableLambda.from((query: string, config) =>
      reranker.compressDocuments(documents(), query, config, { signal: own.signal }),
    )
    const run = chain.invoke(question, { signal: abort.signal })
    void reached.then(() => abort.abort(new Error('enough')))
    await expectBrokenOff(run, client)
  })

  it('aborts the request in a lambda without its config, where AsyncLocalStorage is set up', async () => {
    const { client, reached } = await stalled('/rerank')
    const reranker = new PineconeRerank({ client })
    const abort = new AbortController()
    const run = RunnableLambda.from((query: string) => reranker.compressDocuments(documents(), query)).invoke(
      question,
      { signal: abort.signal },
    )
    void reached.then(() => abort.abort(new Error('enough')))
    await expectBrokenOff(run, client)
  })

  const calls: [string, '/embed' | '/rerank', (client: PineconeInference) => Promise<unknown>][] = [
    [
      'embedQuery',
      '/embed',
      async (client) =>
        new MemoryVectorStore(new PineconeEmbeddings({ client })).asRetriever().invoke(question),
    ],
    [
      'compressDocuments',
      '/rerank',
      (client) => new PineconeRerank({ client }).compressDocuments(documents(), question),
    ],
    ['rerank', '/rerank', (client) => new PineconeRerank({ client }).rerank(['a'], question)],
  ]
  it.each(calls)('of LangGraph aborts the request of %s, without being told', async (_, route, call) => {
    const { client, reached } = await stalled(route)
    const abort = new AbortController()
    const graph = new StateGraph(Annotation.Root({ answer: Annotation<string>() }))
      .addNode('retrieve', async () => {
        await call(client)
        return { answer: 'found' }
      })
      .addEdge(START, 'retrieve')
      .addEdge('retrieve', END)
      .compile()
    const run = graph.invoke({}, { signal: abort.signal })
    void reached.then(() => abort.abort(new Error('enough')))
    await expectBrokenOff(run, client)
  })

  it('of LangGraph lets a store that other runs share be filled', async () => {
    const { emulator, fields } = await emulated()
    const client = new PineconeInference(fields)
    let store: Promise<MemoryVectorStore> | undefined
    const abort = new AbortController()
    const graph = new StateGraph(Annotation.Root({ answer: Annotation<string>() }))
      .addNode('retrieve', async () => {
        store ??= MemoryVectorStore.fromDocuments(documents(), new PineconeEmbeddings({ client }))
        await store
        return { answer: 'found' }
      })
      .addEdge(START, 'retrieve')
      .addEdge('retrieve', END)
      .compile()
    const latency = () => {
      abort.abort(new Error('enough'))
      return 20
    }
    emulator.faults.add({ call: 1, fault: { kind: 'latency', latency } })
    await expect(graph.invoke({}, { signal: abort.signal })).rejects.toThrow('enough')
    expect(await graph.invoke({})).toEqual({ answer: 'found' })
    expect(emulator.requests).toHaveLength(1)
    await client.close()
  })

  const untied: [string, (client: PineconeInference) => Promise<unknown>][] = [
    ['embedQuery', (client) => new PineconeEmbeddings({ client }).embedQuery('a', { signal: null })],
    ['rerank', (client) => new PineconeRerank({ client }).rerank(['a'], question, { signal: null })],
    [
      'compressDocuments',
      (client) =>
        new PineconeRerank({ client }).compressDocuments(documents(), question, undefined, { signal: null }),
    ],
  ]
  it.each(untied)('of LangGraph does not touch %s if its signal is null', async (_, call) => {
    const { emulator, fields } = await emulated()
    const client = new PineconeInference(fields)
    const abort = new AbortController()
    let result: Promise<unknown> | undefined
    const graph = new StateGraph(Annotation.Root({ answer: Annotation<string>() }))
      .addNode('retrieve', async () => {
        result = call(client)
        await result
        return { answer: 'found' }
      })
      .addEdge(START, 'retrieve')
      .addEdge('retrieve', END)
      .compile()
    const latency = () => {
      abort.abort(new Error('enough'))
      return 20
    }
    emulator.faults.add({ fault: { kind: 'latency', latency } })
    await expect(graph.invoke({}, { signal: abort.signal })).rejects.toThrow('enough')
    expect(await result).not.toEqual([])
    await client.close()
  })
})

describe('timeout of a call', () => {
  const calls: [string, (client: PineconeInference, timeout: number) => Promise<unknown>][] = [
    ['embedQuery', (client, timeout) => new PineconeEmbeddings({ client }).embedQuery('a', { timeout })],
    [
      'embedDocuments',
      (client, timeout) => new PineconeSparseEmbeddings({ client }).embedDocuments(['a'], { timeout }),
    ],
    ['rerank', (client, timeout) => new PineconeRerank({ client }).rerank(['a'], 'q', { timeout })],
    [
      'compressDocuments',
      (client, timeout) =>
        new PineconeRerank({ client }).compressDocuments(documents(), 'q', undefined, { timeout }),
    ],
  ]
  it.each(calls)('covers the whole of %s, retries included', async (_, call) => {
    const { emulator, fields } = await emulated()
    // Each attempt is answered at once, and asked to be made again later.
    emulator.faults.add({ fault: { kind: 'status', status: 503, retryAfter: 20 } })
    const client = new PineconeInference(fields)
    await expect(call(client, 30)).rejects.toMatchObject({ name: 'PineconeTimeoutError', timeout: 30 })
    await client.close()
  })

  it('may come from a runnable’s config', async () => {
    const { emulator, fields } = await emulated()
    emulator.faults.add({ fault: { kind: 'stall', at: 'headers' } })
    const client = new PineconeInference(fields)
    const ranking = new PineconeRerank({ client }).compressDocuments(documents(), 'q', { timeout: 30 })
    await expect(ranking).rejects.toThrow(/timeout/i)
    await client.close()
  })
})

describe('Where LangChain passes on no signal', () => {
  /** A chain that is aborted while its rerank request is under way, which is answered later. */
  async function abortWhileReranking(
    chainOn: (retriever: ContextualCompressionRetriever) => Runnable<string>,
  ) {
    const { emulator, fields } = await emulated()
    const client = new PineconeInference(fields)
    const store = await MemoryVectorStore.fromDocuments(documents(), new PineconeEmbeddings({ client }))
    const retriever = new ContextualCompressionRetriever({
      baseRetriever: store.asRetriever(3),
      baseCompressor: new PineconeRerank({ client }),
    })
    const abort = new AbortController()
    const latency = () => {
      abort.abort(new Error('enough'))
      return 50
    }
    emulator.faults.add({ route: '/rerank', fault: { kind: 'latency', latency } })
    const outcome = await Promise.allSettled([
      chainOn(retriever).invoke(question, { signal: abort.signal }) as Promise<unknown>,
    ])
    await client.close()
    return { outcome: outcome[0].status, answered: emulator.requests.at(-1)?.status }
  }

  it('a retriever by itself does not end', async () => {
    const ended = await abortWhileReranking((retriever) => retriever)
    expect(ended).toEqual({ outcome: 'fulfilled', answered: 200 })
  })

  it('a sequence ends, while the request of its retriever goes on', async () => {
    const ended = await abortWhileReranking((retriever) => retriever.pipe((found: unknown[]) => found.length))
    expect(ended).toEqual({ outcome: 'rejected', answered: 200 })
  })
})

it('a returnDocuments that is a text is refused', () => {
  // @ts-expect-error a text
  expect(() => new PineconeRerank({ apiKey: 'key', returnDocuments: 'false' })).toThrow(
    'returnDocuments is "false"; it must be a boolean',
  )
})
