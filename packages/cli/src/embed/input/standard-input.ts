import { fstatSync } from 'node:fs'
import { InputError } from '@pinecone-inference/files'

/** Node reads nothing from it and takes that for the end. */
export function refuseFolderAsStandardInput(inputs: readonly string[]): void {
  if (inputs.includes('-') && fstatSync(0).isDirectory()) {
    throw new InputError({ source: 'standard input' }, 'is a folder; give its name instead of -')
  }
}
