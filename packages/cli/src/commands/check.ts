import { checkFile } from '@pinecone-inference/files'
import { Command } from 'commander'
import { EXIT } from '../ending/exit-code.js'

interface CheckOptions {
  readonly vectorField?: string
  readonly sparseField?: string
  readonly json?: boolean
}

/** `pinecone-inference check`: whether Pinecone would accept a file of vectors. */
export function checkCommand(): Command {
  return new Command('check')
    .description('check files of vectors for anything that Pinecone’s import or upsert would refuse')
    .argument('<file...>', '.jsonl or .parquet files')
    .option('--vector-field <name>', 'in documents, the field of the dense vector (default: vector)')
    .option('--sparse-field <name>', 'in documents, the field of the sparse vector (default: sparse_vector)')
    .option('--json', 'print the result as JSON lines')
    .addHelpText(
      'after',
      `
Examples:
  $ pinecone-inference check vectors.jsonl
  $ pinecone-inference check import/__default__/0.parquet`,
    )
    .action(async (files: string[], options: CheckOptions) => {
      for (const file of files) if (!(await check(file, options))) process.exitCode = EXIT.refused
    })
}

async function check(file: string, { json, ...fields }: CheckOptions): Promise<boolean> {
  const result = await checkFile(file, fields)
  const { records, layout, dimension, problemCount, problems } = result
  if (json) {
    process.stdout.write(`${JSON.stringify({ file, ...result })}\n`)
    return problemCount === 0
  }
  for (const { message } of problems) process.stdout.write(`${message}\n`)
  if (problemCount > problems.length) process.stdout.write(`and ${problemCount - problems.length} more\n`)
  const vectors = dimension === undefined ? '' : `, vectors of ${dimension} numbers`
  const verdict = problemCount === 0 ? 'nothing that Pinecone would refuse' : `${problemCount} problems`
  process.stdout.write(`${file}: ${records} records (${layout ?? 'empty'}${vectors}): ${verdict}\n`)
  return problemCount === 0
}
