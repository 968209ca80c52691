import { inspect } from 'node:util'
import { MockLLM } from '@llamaindex/core/llms/mock'
import type { Emulator } from '@pinecone-inference/emulator'
import {
  ContextChatEngine,
  Document,
  ImageNode,
  type NodeWithScore,
  QueryEngineTool,
  Settings,
  TextNode,
  VectorStoreIndex,
} from 'llamaindex'
import { describe, expect, it } from 'vitest'
import { emulated } from '../../../test/adapters/emulated.js'
import { PineconeEmbedding, PineconeRerank } from '../dist/index.js'

const question = 'How does a connection pool keep sockets open?'

function retrieved(): NodeWithScore[] {
  const node = (id_: string, text: string, title: string) => new TextNode({ id_, text, metadata: { title } })
  return [
    { node: node('cats', 'Cats purr when they are content.', 'Animals'), score: 0.9 },
    { node: node('pools', 'A connection pool keeps sockets open.', 'Networks'), score: 0.5 },
    { node: node('soup', 'Soup is best served hot.', 'Kitchen') },
  ]
}

interface RerankBody {
  query: string
  documents: Record<string, string>[]
}

function reranked({ requests: [first] }: Emulator): RerankBody {
  return first?.body as RerankBody
}

describe('postprocessNodes', () => {
  it('returns the same nodes, best first, with their relevance; the list given stays as it was', async () => {
    const { fields } = await emulated()
    const given = retrieved()
    const ranked = await new PineconeRerank(fields).postprocessNodes(given, question)
    expect(ranked[0]?.node).toBe(given[1]?.node)
    expect(ranked).toHaveLength(3)
    const scores = ranked.map(({ score }) => score ?? Number.NaN)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    expect(given.map(({ score }) => score)).toEqual([0.9, 0.5, undefined])
    expect(given.map(({ node }) => node.id_)).toEqual(['cats', 'pools', 'soup'])
  })

  it('ranks the nodes it was given, whatever becomes of their array meanwhile', async () => {
    const { fields } = await emulated()
    const given = retrieved()
    const ranking = new PineconeRerank(fields).postprocessNodes(given, question)
    given.length = 0
    expect(await ranking).toHaveLength(3)
  })

  it('keeps the best topN, and drops what scores below the threshold', async () => {
    const { fields } = await emulated()
    expect(
      await new PineconeRerank({ ...fields, topN: 2 }).postprocessNodes(retrieved(), question),
    ).toHaveLength(2)
    const [best] = await new PineconeRerank(fields).postprocessNodes(retrieved(), question)
    const scoreThreshold = best?.score ?? Number.NaN
    const above = await new PineconeRerank({ ...fields, scoreThreshold }).postprocessNodes(
      retrieved(),
      question,
    )
    expect(above.map(({ node }) => node.id_)).toEqual(['pools'])
  })

  it('sends a node’s text with its metadata, without what is excluded from embedding', async () => {
    const { emulator, fields } = await emulated()
    const node = new TextNode({
      text: 'body',
      metadata: { title: 'T', path: '/secret' },
      excludedEmbedMetadataKeys: ['path'],
    })
    await new PineconeRerank(fields).postprocessNodes([{ node }], 'q')
    const body = reranked(emulator)
    expect(body.documents[0]?.text).toContain('title: T')
    expect(JSON.stringify(body)).not.toContain('secret')
  })

  it('ranks by a metadata field, and sends nothing else', async () => {
    const { emulator, fields } = await emulated()
    const [best] = await new PineconeRerank({ ...fields, rankFields: ['title'] }).postprocessNodes(
      retrieved(),
      'Kitchen',
    )
    expect(best?.node.id_).toBe('soup')
    expect(reranked(emulator).documents[0]).toEqual({ title: 'Animals' })
  })

  it('takes the text of a query of several parts', async () => {
    const { emulator, fields } = await emulated()
    await new PineconeRerank(fields).postprocessNodes(retrieved(), [
      { type: 'text', text: 'Which pool' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'text', text: 'keeps sockets?' },
    ])
    expect(reranked(emulator).query).toBe('Which pool\n\nkeeps sockets?')
  })

  it('returns nothing for no nodes, whatever the query', async () => {
    const { emulator, fields } = await emulated()
    expect(await new PineconeRerank(fields).postprocessNodes([])).toEqual([])
    expect(emulator.requests).toHaveLength(0)
  })

  it.each([
    ['no query', undefined],
    ['a query that is null', null],
    ['a blank query', ' '],
    ['a query that is an image', [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }]],
  ])('refuses %s before it sends anything', async (_, query) => {
    const { emulator, fields } = await emulated()
    await expect(
      new PineconeRerank(fields).postprocessNodes(retrieved(), query as string),
    ).rejects.toMatchObject({
      name: 'PineconeConfigurationError',
      argument: 'query',
      verdict: 'input',
    })
    expect(emulator.requests).toHaveLength(0)
  })

  it('refuses a rank field that no node has, naming those they have', async () => {
    const { emulator, fields } = await emulated()
    const reranker = new PineconeRerank({ ...fields, rankFields: ['author'] })
    await expect(reranker.postprocessNodes(retrieved(), 'q')).rejects.toMatchObject({
      argument: 'rankFields',
      allowed: ['title', 'text'],
    })
    expect(emulator.requests).toHaveLength(0)
  })

  it('ranks by a number in the metadata as text', async () => {
    const { emulator, fields } = await emulated()
    const node = new TextNode({ text: 'body', metadata: { year: 2024 } })
    await new PineconeRerank({ ...fields, rankFields: ['year'] }).postprocessNodes([{ node }], '2024')
    expect(reranked(emulator).documents).toEqual([{ year: '2024' }])
    expect(node.metadata).toEqual({ year: 2024 })
  })

  it.each([
    ['no rank fields', []],
    ['rank fields that are not a list', 'text'],
    ['more rank fields than the model ranks by', ['title', 'text']],
  ])('refuses %s when it is built', (_, rankFields) => {
    const build = () => new PineconeRerank({ apiKey: 'k', rankFields: rankFields as string[] })
    expect(build).toThrow(expect.objectContaining({ argument: 'rankFields' }))
  })

  it('ranks a node without text, such as an image, last', async () => {
    const { emulator, fields } = await emulated()
    const image = { node: new ImageNode({ image: 'https://example.com/cat.png' }), score: 0.9 }
    const ranked = await new PineconeRerank(fields).postprocessNodes([image, ...retrieved()], 'sockets')
    expect(ranked).toHaveLength(retrieved().length + 1)
    expect(ranked.at(-1)).toMatchObject({ node: image.node, score: 0 })
    expect(reranked(emulator).documents).toHaveLength(retrieved().length)
  })

  it('gives back nodes that are all without text, with a score of 0', async () => {
    const { emulator, fields } = await emulated()
    const image = { node: new ImageNode({ image: 'https://example.com/cat.png' }), score: 0.9 }
    expect(await new PineconeRerank(fields).postprocessNodes([image], 'cats')).toEqual([
      { ...image, score: 0 },
    ])
    expect(emulator.requests).toHaveLength(0)
  })

  it('can be aborted', async () => {
    const { emulator, fields } = await emulated()
    emulator.faults.add({ fault: { kind: 'stall', at: 'headers' } })
    const abort = new AbortController()
    const call = new PineconeRerank(fields).postprocessNodes(retrieved(), 'q', { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })

  it('does not show the key', () => {
    const reranker = new PineconeRerank({ apiKey: 'pcsk_very-secret' })
    expect(inspect(reranker, { depth: 20, showHidden: true }) + JSON.stringify(reranker)).not.toContain(
      'very-secret',
    )
  })

  it('refuses topN of 0 when it is built', () => {
    expect(() => new PineconeRerank({ apiKey: 'k', topN: 0 })).toThrow(
      expect.objectContaining({ argument: 'topN' }),
    )
  })

  it('ranks more nodes than one request may hold', async () => {
    const { emulator, fields } = await emulated()
    const many: NodeWithScore[] = Array.from({ length: 250 }, (_, i) => ({
      node: new TextNode({ text: `entry ${i}` }),
    }))
    many[201] = { node: new TextNode({ id_: 'wanted', text: 'the keep-alive timeout of a socket' }) }
    const ranked = await new PineconeRerank({ ...fields, topN: 3 }).postprocessNodes(
      many,
      'keep-alive timeout',
    )
    expect(ranked[0]?.node.id_).toBe('wanted')
    expect(ranked).toHaveLength(3)
    expect(emulator.requests).toHaveLength(3)
  })
})

describe('in LlamaIndex', () => {
  const documents = () =>
    retrieved().map(({ node }) => new Document({ id_: node.id_, text: (node as TextNode).text }))

  it('a query engine retrieves, reranks and answers from the best node', async () => {
    const { emulator, fields } = await emulated()
    Settings.llm = new MockLLM({ responseMessage: 'By pooling.', timeBetweenToken: 0 })
    await Settings.withEmbedModel(new PineconeEmbedding(fields), async () => {
      const index = await VectorStoreIndex.fromDocuments(documents())
      const engine = index.asQueryEngine({
        similarityTopK: 3,
        nodePostprocessors: [new PineconeRerank({ ...fields, topN: 1 })],
      })
      const answer = await engine.query({ query: question })
      expect(answer.message.content).toBe('By pooling.')
      expect(answer.sourceNodes?.map(({ node }) => (node as TextNode).text)).toEqual([
        'A connection pool keeps sockets open.',
      ])
    })
    const kinds = emulator.requests.map(({ path, body }) => [
      path,
      (body as { parameters?: { input_type?: string } }).parameters?.input_type,
    ])
    expect(kinds).toEqual([
      ['/embed', 'passage'],
      ['/embed', 'query'],
      ['/rerank', undefined],
    ])
  })

  it('a query tool reranks only if it is built from an engine', async () => {
    const { emulator, fields } = await emulated()
    Settings.llm = new MockLLM({ responseMessage: 'By pooling.', timeBetweenToken: 0 })
    const nodePostprocessors = [new PineconeRerank(fields)]
    const metadata = { name: 'docs', description: 'about pools', parameters: {} } as never
    await Settings.withEmbedModel(new PineconeEmbedding(fields), async () => {
      const index = await VectorStoreIndex.fromDocuments(documents())
      const options = { similarityTopK: 3, nodePostprocessors }
      await index.queryTool({ options, metadata }).call({ query: question })
      expect(emulator.requests.filter(({ path }) => path === '/rerank')).toHaveLength(0)
      const queryEngine = index.asQueryEngine({ similarityTopK: 3, nodePostprocessors })
      await new QueryEngineTool({ queryEngine, metadata }).call({ query: question })
      expect(emulator.requests.filter(({ path }) => path === '/rerank')).toHaveLength(1)
    })
  })

  it('a context chat engine takes a message of several parts', async () => {
    const { fields } = await emulated()
    const chatModel = new MockLLM({ responseMessage: 'By pooling.', timeBetweenToken: 0 })
    await Settings.withEmbedModel(new PineconeEmbedding(fields), async () => {
      const index = await VectorStoreIndex.fromDocuments(documents())
      const engine = new ContextChatEngine({
        retriever: index.asRetriever({ similarityTopK: 3 }),
        chatModel,
        nodePostprocessors: [new PineconeRerank({ ...fields, topN: 1 })],
      })
      const { message, sourceNodes } = await engine.chat({ message: [{ type: 'text', text: question }] })
      expect(message.content).toBe('By pooling.')
      expect(sourceNodes?.map(({ node }) => (node as TextNode).text)).toEqual([
        'A connection pool keeps sockets open.',
      ])
    })
  })
})
