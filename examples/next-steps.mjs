console.log(`
What next?

  npx -y pnpm@12 example langgraph-rag/main.ts "How do I mock a request?"   other programs: examples/README.md
  npx -y pnpm@12 tarballs                                                   packages to install in a project of yours
  README.md#guides                                                          rate limits, testing offline, migrating
`)
