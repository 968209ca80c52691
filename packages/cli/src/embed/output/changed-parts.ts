import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { partOf } from '@pinecone-inference/files'
import { fileDigest, readOutputRecord } from './output-record.js'
import { exists, recordOf } from './run-folder.js'

/** The record of an output of parts, named after the first one. */
const RECORD_OF_PARTS = /^0\.(parquet|jsonl)\.record\.jsonl$/

/**
 * Compares the parts in a folder, and those below it, with what `embed` has recorded beside them.
 *
 * @returns what is wrong, a sentence each: parts that are missing, and parts that are not as `embed` wrote them
 */
export async function changedParts(folder: string): Promise<string[]> {
  const problems: string[] = []
  const names = await readdir(folder, { recursive: true, encoding: 'utf8' }).catch(() => [])
  for (const name of names.filter((one) => RECORD_OF_PARTS.test(one.split(/[/\\]/).at(-1) ?? ''))) {
    const first = join(folder, name).slice(0, -recordOf('').length)
    // While a run is being finished, its parts are not yet those of the record.
    if (await exists(`${first}.partial`)) continue
    const { output } = await readOutputRecord(join(folder, name))
    for (const [part, digest] of (output?.digests ?? []).entries()) {
      const path = partOf(first, part)
      if (!(await exists(path))) problems.push(`${recordOf(first)} lists ${path}, which is missing`)
      else if ((await fileDigest(path)) !== digest) {
        problems.push(`${path} is not as embed wrote it, according to ${recordOf(first)}`)
      }
    }
  }
  return problems
}
