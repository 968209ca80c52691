import { fstatSync } from 'node:fs'
import { InputError } from '@pinecone-inference/files'

/**
 * Refuses a folder as the standard input, which Node.js would read as empty. The `stat` is in bigints: after one in numbers
 * of a pipe, Node 20 does not follow links in the path of the next module it loads.
 */
export function refuseFolderAsStandardInput(inputs: readonly string[]): void {
  if (inputs.includes('-') && fstatSync(0, { bigint: true }).isDirectory()) {
    throw new InputError({ source: 'standard input' }, 'is a folder; give its name instead of -')
  }
}
