/**
 * What to delete of the records that earlier runs put into an output and the input no longer has:
 *
 * - `none`: nothing
 * - `incremental`: passages of documents that the input still has, such as the last ones of a document that got shorter
 * - `full`: everything that earlier runs had from the same inputs
 *
 * The names are those of LangChain's indexing API.
 */
export type Cleanup = 'none' | 'incremental' | 'full'

export interface CleanupSettings {
  readonly cleanup: Cleanup
  /** Documents of the input that have no text any more; complete once the input has been read. */
  readonly emptied: ReadonlySet<string>
  /** Whether records of the input were left out, so that missing ones may still exist. */
  readonly isPartial: () => boolean
}

/** Sorts the ids of an output that its input no longer has into those to delete and those to keep. */
export function sortGone(
  output: readonly string[],
  input: ReadonlySet<string>,
  {
    cleanup,
    emptied,
    isShared = () => false,
  }: Pick<CleanupSettings, 'cleanup' | 'emptied'> & {
    /** Whether the record may come from an input that is not given now; then it is left alone. */
    isShared?: (id: string) => boolean
  },
): { toDelete: string[]; toKeep: string[] } {
  const documents = new Set(cleanup === 'none' ? [] : [...[...input].map(documentOf), ...emptied])
  const toDelete: string[] = []
  const toKeep: string[] = []
  for (const id of output) {
    if (input.has(id)) continue
    if (documents.has(documentOf(id))) toDelete.push(id)
    else if (isShared(id)) continue
    else if (cleanup === 'full') toDelete.push(id)
    else toKeep.push(id)
  }
  return { toDelete, toKeep }
}

/** Passages are `document#1`, `document#2`; any other record is its own document. */
export function documentOf(id: string): string {
  return id.replace(/#\d+$/, '')
}
