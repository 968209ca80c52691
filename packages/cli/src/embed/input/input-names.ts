import { realpath } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { comesOnce } from '@pinecone-inference/files'

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

/** The path without links, if there is something. */
function placeOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path))
}
