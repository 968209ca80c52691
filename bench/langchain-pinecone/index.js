export { PineconeEmbeddings } from '@langchain/pinecone'
