/**
 * What is deleted of that which earlier runs have put into an output and the input no longer has:
 *
 * - `none`: nothing
 * - `incremental`: passages of documents that are still there, such as the last ones of a document that got shorter
 * - `full`: everything
 *
 * The names are those of LangChain's indexing API.
 */
export type Cleanup = 'none' | 'incremental' | 'full'

export interface CleanupSettings {
  readonly cleanup: Cleanup
  /** Whether records of the input were left out, which then are not gone. */
  readonly isPartial: () => boolean
}

/** Sorts the ids that an output has and the input does not. */
export function sortGone(
  gone: readonly string[],
  input: ReadonlySet<string>,
  cleanup: Cleanup,
): { toDelete: string[]; toKeep: string[] } {
  const documents = new Set(cleanup === 'incremental' ? [...input].map(documentOf) : [])
  const toDelete: string[] = []
  const toKeep: string[] = []
  for (const id of gone) {
    if (cleanup === 'full' || documents.has(documentOf(id))) toDelete.push(id)
    else toKeep.push(id)
  }
  return { toDelete, toKeep }
}

/** Passages are `document#1`, `document#2`; any other record is a document of its own. */
function documentOf(id: string): string {
  return id.replace(/#\d+$/, '')
}
