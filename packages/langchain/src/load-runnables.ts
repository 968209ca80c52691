let loaded: ReturnType<typeof load> | undefined

/**
 * LangChain's runnables take longer to load than all of this package. Every chain has loaded them; who only imports
 * this package need not wait for them.
 */
export function loadRunnables() {
  loaded ??= load()
  return loaded
}

async function load() {
  const [{ Document }, { parseCallbackConfigArg }, { ensureConfig, RunnableLambda }] = await Promise.all([
    import('@langchain/core/documents'),
    import('@langchain/core/callbacks/manager'),
    import('@langchain/core/runnables'),
  ])
  return { Document, parseCallbackConfigArg, ensureConfig, RunnableLambda }
}
