console.log(`
What next?

  npx -y pnpm@12 example langgraph-rag/main.ts "How do I mock a request?"
      another program; all of them: examples/README.md
  EMULATOR_BACKEND=minilm npx -y pnpm@12 example langchain-rag/main.ts
      how often the right passage is found, before and after it is reranked, by a real model; takes minutes
  npx -y pnpm@12 install-into ../my-app @pinecone-inference/client @pinecone-inference/emulator
      the packages in a project of yours
  README.md#guides
      rate limits, testing offline, migrating
`)
