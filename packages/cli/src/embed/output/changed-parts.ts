import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { partOf } from '@pinecone-inference/files'
import { fileDigest, readOutputRecord } from './output-record.js'
import { exists, recordOf } from './run-folder.js'

/** The record of an output of parts, named after the first one. */
const RECORD_OF_PARTS = /^0\.(parquet|jsonl)\.record\.jsonl$/

/**
 * Compares the parts in a folder, and those below it, with what `embed` has recorded beside them.
 *
 * @returns what is wrong, a sentence each: parts that are missing, or not as `embed` wrote them, and damaged records
 */
export async function changedParts(folder: string): Promise<string[]> {
  const problems: string[] = []
  // A folder that cannot be read is a problem that `checkFolder` reports.
  const names = await readdir(folder, { recursive: true, encoding: 'utf8' }).catch(() => [])
  for (const name of names.filter((one) => RECORD_OF_PARTS.test(basename(one)))) {
    const record = join(folder, name)
    const first = record.slice(0, -recordOf('').length)
    // While a run is being finished, its parts are not yet those of the record.
    if (await exists(`${first}.partial`)) continue
    const { output } = await readOutputRecord(record).catch(() => ({ output: undefined }))
    if (!output) problems.push(`${record} is damaged, so it does not tell whether all parts are there`)
    for (const [part, digest] of (output?.digests ?? []).entries()) {
      const path = partOf(first, part)
      const now = await fileDigest(path).catch(() => undefined)
      if (!(await exists(path))) problems.push(`${record} lists ${path}, which is missing`)
      else if (now !== digest) problems.push(`${path} is not as embed wrote it, according to ${record}`)
    }
  }
  return problems
}
