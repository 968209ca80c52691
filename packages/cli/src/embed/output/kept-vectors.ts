import { rm } from 'node:fs/promises'
import { moveIntoPlace, openWriter } from '@pinecone-inference/files'
import { Journal, type JournalContent, type JournalEntry, superseding } from './journal.js'
import {
  fileDigest,
  type OutputFacts,
  OutputRecord,
  type RecordedText,
  readOutputRecord,
} from './output-record.js'
import { exists, type OutputFile, type Paths, pathsOf, recordOf } from './run-folder.js'

/**
 * Keeps the vectors of an unfinished run that cannot be resumed, since its input has changed: they become an output of their
 * own in OUTPUT.partial, with its record, from which later runs take them over. Can be repeated after any step.
 *
 * @returns the number of records
 */
export async function keepVectors(file: OutputFile, begun: JournalContent): Promise<number> {
  const paths = pathsOf(file.output)
  const { head, entries } = begun
  const last = entries.at(-1)
  const kept = last?.output.records ?? 0
  if (last && kept > 0) {
    if (!last.superseded) await supersede(paths, begun, last)
    if (await exists(paths.unfinishedOutput)) {
      const checkpoints = entries.map(({ output }) => output)
      await (await openWriter(paths.unfinishedOutput, { ...file, checkpoints })).finish()
      const path = paths.kept((await keptRuns(paths)).length + 1)
      const { records } = await readOutputRecord(paths.unfinishedRecord, last.record)
      await writeRecord(recordOf(path), records, {
        settings: head.settings,
        input: { records: last.read, digest: last.digest },
        vectors: last.vectors ?? {},
        digest: await fileDigest(paths.unfinishedOutput),
        failed: last.failed.records,
        left: last.left,
      })
      await moveIntoPlace(paths.unfinishedOutput, path)
    }
  }
  const { unfinishedOutput, unfinishedFailed, unfinishedRecord, journal } = paths
  for (const path of [unfinishedOutput, unfinishedFailed, unfinishedRecord, journal]) {
    await rm(path, { force: true })
  }
  return kept
}

/** The outputs with the vectors of earlier runs that were kept. */
export async function keptRuns(paths: Paths): Promise<string[]> {
  const found: string[] = []
  for (let n = 1; await exists(paths.kept(n)); n++) found.push(paths.kept(n))
  return found
}

export async function removeKept(paths: Paths): Promise<void> {
  for (const path of (await keptRuns(paths)).reverse()) {
    await rm(path)
    await rm(recordOf(path), { force: true })
  }
}

async function supersede({ journal: path }: Paths, begun: JournalContent, last: JournalEntry): Promise<void> {
  const journal = await Journal.open(path, begun)
  try {
    await journal.write(superseding(last))
  } finally {
    await journal.close()
  }
}

async function writeRecord(
  path: string,
  records: readonly RecordedText[],
  facts: OutputFacts,
): Promise<void> {
  const record = await OutputRecord.open(path, 0)
  try {
    for (const recorded of records) record.take(recorded)
    await record.sync()
    await record.finish(facts)
  } finally {
    await record.close()
  }
}
