import { ContextualCompressionRetriever } from '@langchain/classic/retrievers/contextual_compression'
import type { Document } from '@langchain/core/documents'
import { StringOutputParser } from '@langchain/core/output_parsers'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import type { BaseRetriever } from '@langchain/core/retrievers'
import { RunnablePassthrough, RunnableSequence } from '@langchain/core/runnables'
import type { PineconeRerank } from '@pinecone-inference/langchain'

/** A chat model's answer from the three best passages. Needs OPENAI_API_KEY. */
export async function answer(
  question: string,
  baseRetriever: BaseRetriever,
  reranker: PineconeRerank,
): Promise<string> {
  const retriever = new ContextualCompressionRetriever({ baseRetriever, baseCompressor: reranker })
  const best = retriever.pipe((documents: Document[]) => documents.slice(0, 3))
  const { ChatOpenAI } = await import('@langchain/openai')
  const chain = RunnableSequence.from([
    { context: best.pipe(asContext), question: new RunnablePassthrough<string>() },
    ChatPromptTemplate.fromTemplate(
      'Answer in two sentences from these passages, naming the file.\n\n{context}\n\nQuestion: {question}',
    ),
    new ChatOpenAI({ model: 'gpt-4o-mini' }),
    new StringOutputParser(),
  ])
  return chain.invoke(question)
}

function asContext(documents: Document[]): string {
  return documents.map(({ pageContent, metadata }) => `${metadata.source}:\n${pageContent}`).join('\n\n')
}
