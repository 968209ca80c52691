import { fstatSync } from 'node:fs'
import { InputError } from '@pinecone-inference/files'

/**
 * Node reads nothing from it and takes that for the end. As bigints: after a `stat` of a pipe in numbers, Node 20 follows
 * no link in the path of the next module it loads.
 */
export function refuseFolderAsStandardInput(inputs: readonly string[]): void {
  if (inputs.includes('-') && fstatSync(0, { bigint: true }).isDirectory()) {
    throw new InputError({ source: 'standard input' }, 'is a folder; give its name instead of -')
  }
}
