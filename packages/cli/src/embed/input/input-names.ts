import { realpath } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { comesOnce, hasNoName, InputError, isDocument, type ReadOptions } from '@pinecone-inference/files'
import type { Cleanup } from '../output/cleanup.js'

/**
 * What a record file calls the inputs of a run: their paths from there, however they are spelt, so that a folder may move
 * with its record.
 *
 * @param told the name that the user has given them
 */
export async function namesOfInputs(
  inputs: readonly string[],
  record: string,
  told: string | undefined,
): Promise<readonly string[]> {
  if (told !== undefined) return [told]
  const home = await placeOf(dirname(record))
  const names: string[] = []
  for (const input of inputs) {
    const path = comesOnce(input) ? 'the standard input' : relative(home, await placeOf(input))
    names.push(path.split(sep).join('/') || '.')
  }
  return [...new Set(names)].sort()
}

/**
 * Refuses an input without a name where the next one without a name would do harm in an index: replace its records, since
 * their ids are the same, or delete them.
 *
 * @throws InputError that asks for a name
 */
export function refuseNameless(
  {
    inputs,
    read,
    inputName,
  }: { inputs: readonly string[]; read: ReadOptions; inputName: string | undefined },
  cleanup: Cleanup,
): void {
  if (inputName !== undefined || !inputs.some(hasNoName)) return
  const areDocuments = read.format !== undefined && isDocument(read.format)
  const isInIds = read.ids === 'line' || (areDocuments && read.ids !== 'hash')
  const source = 'standard input'
  if (isInIds && !read.idPrefix) {
    throw new InputError(
      { source },
      'has no name, so its ids would be stdin#1, stdin#2 …, like those of any other; name it with --input-name',
    )
  }
  if (cleanup === 'full') {
    throw new InputError(
      { source },
      'has no name, and --cleanup full deletes the records of earlier inputs without one; name it with --input-name',
    )
  }
}

/** The path without links, if there is something. */
function placeOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path))
}
