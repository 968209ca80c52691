import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmulator } from '@pinecone-inference/emulator'
import { expect, it, onTestFinished } from 'vitest'
import { compile } from './compile.js'
import { installInEmptyProject, packed, readManifest, requiredPeers, run } from './packed.js'

/** What an adapter's user writes, as a TypeScript program that prints what came out. */
const programs: Record<string, string> = {
  langchain: `
    import { CallbackManager } from '@langchain/core/callbacks/manager'
    import { Document } from '@langchain/core/documents'
    import { Embeddings } from '@langchain/core/embeddings'
    import { RunnableLambda } from '@langchain/core/runnables'
    import { PineconeEmbeddings, PineconeRerank, PineconeSparseEmbeddings } from '@pinecone-inference/langchain'

    const dense: Embeddings = new PineconeEmbeddings({ model: 'llama-text-embed-v2', dimension: 384 })
    const documents = [new Document({ pageContent: 'cats purr' }), new Document({ pageContent: 'pools of sockets' })]
    const vectors = await dense.embedDocuments(documents.map(({ pageContent }) => pageContent))
    const { indices } = await new PineconeSparseEmbeddings().embedQuery('sockets')
    const reranker = new PineconeRerank({ topN: 1 })
    const runs: string[] = []
    const callbacks = CallbackManager.fromHandlers({ handleChainStart: (...args) => { runs.push(String(args[7])) } })
    const best = await reranker.compressDocuments(documents, 'pools of sockets', callbacks)
    const scores = await reranker.rerank(['a', 'b'], 'a')

    const stop = new AbortController()
    const cancelled = await RunnableLambda.from(async (text: string) => {
      stop.abort(new Error('enough'))
      return new PineconeEmbeddings().embedQuery(text)
    }).invoke('late', { signal: stop.signal }).then(() => 'finished', () => 'cancelled')

    console.log(JSON.stringify([
      vectors.map(({ length }) => length), indices.length > 0, best.map(({ pageContent }) => pageContent),
      runs, scores.length, cancelled,
    ]))`,
  llamaindex: `
    import { BaseEmbedding } from '@llamaindex/core/embeddings'
    import { MetadataMode, TextNode } from '@llamaindex/core/schema'
    import { BaseNodePostprocessor } from '@llamaindex/core/postprocessor'
    import { PineconeEmbedding, PineconeRerank } from '@pinecone-inference/llamaindex'

    const embedding: BaseEmbedding = new PineconeEmbedding({ model: 'llama-text-embed-v2', dimension: 384 })
    const nodes = ['cats purr', 'pools of sockets'].map((text) => new TextNode({ text }))
    const embedded = (await embedding(nodes)) as TextNode[]
    const query = (await embedding.getQueryEmbedding({ type: 'text', text: 'sockets' })) ?? []
    const reranker: BaseNodePostprocessor = new PineconeRerank({ topN: 1 })
    const best = await reranker.postprocessNodes(nodes.map((node) => ({ node })), 'pools of sockets')

    console.log(JSON.stringify([
      embedded.map((node) => node.getEmbedding().length), query.length,
      best.map(({ node }) => node.getContent(MetadataMode.NONE)),
    ]))`,
}

const printed: Record<string, unknown> = {
  langchain: [[384, 384], true, ['pools of sockets'], ['PineconeRerank'], 1, 'cancelled'],
  llamaindex: [[384, 384], 384, ['pools of sockets']],
}

/** The first version of each range; the others of this repository's tests run with the last. */
const frameworks = Object.keys(programs).flatMap((folder) =>
  Object.entries(requiredPeers(readManifest(folder))).flatMap(([framework, range]) =>
    range.split(' || ').map((part) => ({ folder, framework, version: part.replace('^', '') })),
  ),
)

it.each(frameworks)(
  '$folder compiles and runs with $framework $version',
  async ({ folder, framework, version }) => {
    const emulator = await startEmulator()
    onTestFinished(() => emulator.close())
    const project = await installInEmptyProject(packed(['client', folder]), { [framework]: version })
    onTestFinished(() => project[Symbol.asyncDispose]())

    const program = join(project.folder, 'main.mts')
    await writeFile(program, programs[folder] ?? '')
    // What is ours holds in the strictest of projects; the frameworks' own types do not.
    await compile(program, '--exactOptionalPropertyTypes --skipLibCheck')
    // An old version is where types go missing, which `skipLibCheck` makes `any`. @llamaindex/core imports the types of
    // `ajv`, which it does not depend on.
    if (folder === 'langchain') await compile(program, '--noEmit')
    const { stdout } = await run(process.execPath, ['main.mjs'], {
      cwd: project.folder,
      env: { ...process.env, PINECONE_API_KEY: 'offline', PINECONE_INFERENCE_URL: emulator.url },
    })
    expect(JSON.parse(stdout)).toEqual(printed[folder])
  },
  180_000,
)
