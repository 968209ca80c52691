import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { moveIntoPlace, openWriter, partOf, syncFolder } from '@pinecone-inference/files'
import { Journal, type JournalContent, type JournalEntry, superseding } from './journal.js'
import { makeFolder } from './make-folder.js'
import {
  fileDigests,
  type OutputFacts,
  OutputRecord,
  type RecordedText,
  readOutputRecord,
} from './output-record.js'
import { removeRunFiles } from './run-files.js'
import { exists, type OutputFile, type Paths, partCount, partsOf, pathsOf, recordOf } from './run-folder.js'

/**
 * Keeps the vectors of an unfinished run that cannot be resumed, since its input has changed: they become an output of their
 * own in OUTPUT.partial, with its record, from which later runs take them over. Can be repeated after any step.
 *
 * @returns the number of records
 */
export async function keepVectors(file: OutputFile, begun: JournalContent): Promise<number> {
  const paths = pathsOf(file.output)
  const last = begun.entries.at(-1)
  const kept = last?.output.records ?? 0
  if (last && kept > 0) {
    if (!last.superseded) await supersede(paths, begun, last)
    // The first part moves last.
    if (await exists(paths.unfinishedOutput)) await moveParts(file, begun, last)
  }
  await removeRunFiles(paths)
  return kept
}

async function moveParts(
  file: OutputFile,
  { head, entries }: JournalContent,
  last: JournalEntry,
): Promise<void> {
  const paths = pathsOf(file.output)
  const count = partCount(last)
  const first = paths.kept((await keptRuns(paths)).length + 1)
  if (await exists(partOf(paths.unfinishedOutput, count - 1))) {
    const checkpoints = entries.map(({ output }) => output)
    await (await openWriter(paths.unfinishedOutput, { ...file, checkpoints })).finish()
    const { records } = await readOutputRecord(paths.unfinishedRecord, last.record)
    await makeFolder(dirname(first))
    await syncFolder(paths.folder)
    await writeRecord(recordOf(first), records, {
      settings: head.settings,
      input: { records: last.read, digest: last.digest },
      vectors: last.vectors ?? {},
      digests: await fileDigests(partsOf(paths.unfinishedOutput, count)),
      failed: last.failed.records,
      left: last.left,
    })
  }
  for (let part = count - 1; part >= 0; part--) {
    const from = partOf(paths.unfinishedOutput, part)
    if (await exists(from)) await moveIntoPlace(from, partOf(first, part))
  }
}

/** The outputs with the vectors of earlier runs that were kept, by their first parts. */
export async function keptRuns(paths: Paths): Promise<string[]> {
  const found: string[] = []
  for (let n = 1; await exists(paths.kept(n)); n++) found.push(paths.kept(n))
  return found
}

export async function removeKept({ folder }: Paths): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^kept-\d+$/.test(name)) await rm(join(folder, name), { recursive: true })
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
