/** A passage that was found. */
export interface Hit {
  readonly id: string
  readonly source: string
  readonly heading: string
  readonly text: string
  readonly score: number
}

/** What the vector search found, and what the reranker made of it; best first. */
export interface SearchResult {
  readonly found: readonly Hit[]
  readonly reranked: readonly Hit[]
}
