import { ContextualCompressionRetriever } from '@langchain/classic/retrievers/contextual_compression'
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import { Document } from '@langchain/core/documents'
import { StringOutputParser } from '@langchain/core/output_parsers'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import { RunnableLambda, RunnablePassthrough, RunnableSequence } from '@langchain/core/runnables'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { describe, expect, it } from 'vitest'
import { PineconeEmbeddings, PineconeRerank, type Rankable } from '../dist/index.js'
import { emulated } from './emulator.js'

const documents = () => [
  new Document({
    id: 'cats',
    pageContent: 'Cats purr when they are content.',
    metadata: { title: 'Animals', page: 1 },
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

  it('returns nothing for no documents', async () => {
    const { emulator, fields } = await emulated()
    expect(await new PineconeRerank(fields).compressDocuments([], '')).toEqual([])
    expect(emulator.requests).toHaveLength(0)
  })

  it.each([
    ['an empty query', {}, ' ', 'query'],
    ['a rank field no document has', { rankFields: ['author'] }, 'q', 'rankFields'],
  ])('refuses %s before it sends anything', async (_, wrong, query, argument) => {
    const { emulator, fields } = await emulated()
    await expect(
      new PineconeRerank({ ...fields, ...wrong }).compressDocuments(documents(), query),
    ).rejects.toMatchObject({ name: 'PineconeConfigurationError', argument })
    expect(emulator.requests).toHaveLength(0)
  })

  it.each([
    ['topN of 0', { topN: 0 }, 'topN'],
    ['an embedding model', { model: 'llama-text-embed-v2' }, 'model'],
    ['a threshold that is no number', { scoreThreshold: Number.NaN }, 'scoreThreshold'],
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
