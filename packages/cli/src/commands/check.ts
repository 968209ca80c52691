import { type Checked, checkFile, checkFolder } from '@pinecone-inference/files'
import { Command } from 'commander'
import { changedParts } from '../embed/output/changed-parts.js'
import { isFolder } from '../embed/output/make-folder.js'
import { count, counted, countRecords } from '../embed/report/report.js'
import { EXIT } from '../ending/exit-code.js'
import { isExpected } from '../ending/expected-error.js'
import { sayLine } from '../output/line.js'
import { exitCodesHelp } from './help-text.js'

interface CheckOptions {
  readonly vectorField?: string
  readonly sparseField?: string
  readonly json?: boolean
}

/** `pinecone-inference check`: whether Pinecone would accept files of vectors. */
export function checkCommand(): Command {
  return new Command('check')
    .description('check files of vectors for anything that Pinecone’s import or upsert would refuse')
    .argument('<path...>', '.jsonl or .parquet files, or folders of them, such as one for the import')
    .option('--vector-field <name>', 'in documents, the field of the dense vector (default: vector)')
    .option('--sparse-field <name>', 'in documents, the field of the sparse vector (default: sparse_vector)')
    .option('--json', 'print the result as JSON lines')
    .addHelpText(
      'after',
      `
Examples:
  $ pinecone-inference check vectors.jsonl
  $ pinecone-inference check import/`,
    )
    .addHelpText('after', exitCodesHelp(0, 1))
    .action(async (paths: string[], options: CheckOptions) => {
      for (const path of paths) if (!(await check(path, options))) process.exitCode = EXIT.refused
    })
}

/** Returns whether nothing is wrong. A path that cannot be read does not keep the next ones from being checked. */
async function check(path: string, { json, ...fields }: CheckOptions): Promise<boolean> {
  try {
    const result = (await isFolder(path))
      ? withProblems(await checkFolder(path, fields), await changedParts(path))
      : await checkFile(path, fields)
    tell(path, result, json)
    return result.problemCount === 0
  } catch (error) {
    if (!isExpected(error)) throw error
    if (json) process.stdout.write(`${JSON.stringify({ file: path, error: error.message })}\n`)
    else sayLine(`error: ${error.message}`)
    return false
  }
}

function withProblems(result: Checked, messages: readonly string[]): Checked {
  return {
    ...result,
    problemCount: result.problemCount + messages.length,
    problems: [...messages.map((message) => ({ line: undefined, message })), ...result.problems],
  }
}

function tell(path: string, result: Checked, json = false): void {
  const { files, records, layout, dimension, problemCount, problems } = result
  if (json) {
    process.stdout.write(`${JSON.stringify({ file: path, ...result })}\n`)
    return
  }
  for (const { message } of problems) process.stdout.write(`${message}\n`)
  if (problemCount > problems.length) process.stdout.write(`and ${problemCount - problems.length} more\n`)
  const vectors = dimension === undefined ? '' : `, vectors of ${dimension} numbers`
  const verdict = problemCount === 0 ? 'nothing that Pinecone would refuse' : counted(problemCount, 'problem')
  const parts = files > 1 ? ` in ${count(files)} files` : ''
  const kind = layout === undefined ? '' : ` (${layout}${vectors})`
  process.stdout.write(`${path}: ${countRecords(records)}${parts}${kind}: ${verdict}\n`)
}
