console.log(`
What next?

  npx -y pnpm@12 example langgraph-rag/main.ts "How do I mock a request?"   other programs: examples/README.md
  npx -y pnpm@12 install-into ../my-app client emulator                     packages in a project of yours
  README.md#guides                                                          rate limits, testing offline, migrating
`)
