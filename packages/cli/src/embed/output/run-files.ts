import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppendingFile, type RecordWriter, syncFolder } from '@pinecone-inference/files'
import { Journal, type JournalContent, type JournalEntry } from './journal.js'
import { makeFolder, namesIn } from './make-folder.js'
import { OutputRecord } from './output-record.js'
import { type OutputFile, type Paths, removeIfEmpty } from './run-folder.js'
import { ThreadedWriter } from './writer-thread/threaded-writer.js'

/** The files of an unfinished run. */
export interface RunFiles {
  readonly journal: Journal
  readonly writer: RecordWriter
  readonly failed: AppendingFile
  readonly record: OutputRecord
}

/** Where a run stands before its first checkpoint. */
export const nothingDone: JournalEntry = {
  read: 0,
  digest: '',
  output: { bytes: 0, records: 0 },
  failed: { records: 0, bytes: 0 },
  record: 0,
  unchanged: 0,
  left: 0,
  tokens: {},
}

/** Opens all files of a run, or none. The journal comes first, so that the others never exist without it. */
export async function openRunFiles(
  { format, layout, vectors, partBytes }: OutputFile,
  paths: Paths,
  content: JournalContent,
): Promise<RunFiles> {
  const { entries } = content
  await makeFolder(paths.folder)
  const opened: { close(): Promise<void> }[] = []
  const keep = <T extends { close(): Promise<void> }>(file: T): T => {
    opened.push(file)
    return file
  }
  try {
    const journal = keep(await Journal.open(paths.journal, content))
    const checkpoints = entries.map(({ output }) => output)
    const writer = keep(
      await ThreadedWriter.open(paths.unfinishedOutput, { format, layout, vectors, partBytes, checkpoints }),
    )
    const last = entries.at(-1) ?? nothingDone
    const failed = keep(await AppendingFile.open(paths.unfinishedFailed, last.failed.bytes))
    const record = keep(await OutputRecord.open(paths.unfinishedRecord, last.record))
    await syncFolder(paths.folder)
    await syncFolder(dirname(paths.folder))
    return { journal, writer, failed, record }
  } catch (error) {
    await Promise.allSettled(opened.map((file) => file.close()))
    throw error
  }
}

/** Removes the files of a run, but not what it has kept of the runs before. The journal goes last, as the others need it. */
export async function removeRunFiles({
  folder,
  journal,
  unfinishedFailed,
  unfinishedRecord,
}: Paths): Promise<void> {
  const parts = (await namesIn(folder)).filter((name) => /^\d+\.part$/.test(name))
  for (const name of parts) await rm(join(folder, name))
  for (const path of [unfinishedFailed, unfinishedRecord, `${journal}.new`, journal]) {
    await rm(path, { force: true })
  }
  await removeIfEmpty(folder)
}
