/** What LangChain's own packages send: `sourceTag` in @langchain/pinecone 1.0.3, dist/vectorstores.js. */
export const SOURCE_TAG = 'langchainjs'
