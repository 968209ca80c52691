let loaded: ReturnType<typeof load> | undefined

/**
 * LangChain's runnables take longer to load than all of this package. Every chain has loaded them; who only imports
 * this package need not wait for them. What failed is tried again by the next call.
 */
export function loadRunnables() {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

/** One after the other: Jest's modules on Node 20 and 22 cannot link graphs that overlap side by side. */
async function load() {
  const { ensureConfig, RunnableLambda } = await import('@langchain/core/runnables')
  const { parseCallbackConfigArg } = await import('@langchain/core/callbacks/manager')
  const { Document } = await import('@langchain/core/documents')
  return { Document, parseCallbackConfigArg, ensureConfig, RunnableLambda }
}
