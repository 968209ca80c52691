/** What LangChain's own interface has no room for. */
export interface EmbedCallOptions {
  /** Aborts the call; it rejects with the signal's reason. */
  signal?: AbortSignal
}
