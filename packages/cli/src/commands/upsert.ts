import { Command, Option } from 'commander'
import { lineReport } from '../embed/report/line-report.js'
import { count, countRecords } from '../embed/report/report.js'
import { EXIT, exitCodeOf } from '../ending/exit-code.js'
import { isExpected } from '../ending/expected-error.js'
import { StopSignal } from '../ending/stop-signal.js'
import { checkEnvironment, controlUrl } from '../service/connect.js'
import { upsertFile, vectorFiles } from '../upsert/upsert-file.js'
import { indexName, recordFile } from '../upsert/upsert-options.js'
import { environmentHelp, exitCodesHelp } from './help-text.js'
import { allowInsecureOption, wholeNumber } from './options.js'

interface UpsertOptions {
  readonly index: string
  readonly namespace?: string
  readonly record?: string
  readonly vectorField?: string
  readonly sparseField?: string
  readonly concurrency: number
}

/** `pinecone-inference upsert`: files of vectors into an index. */
export function upsertCommand(): Command {
  return new Command('upsert')
    .description('upsert files of vectors into an index; run it again to resume')
    .argument(
      '<file...>',
      '.jsonl or .parquet files of vectors, in any layout that embed writes, or a folder of them',
    )
    .addOption(
      new Option('--index <name>', 'the index, whose dimension and metric must match')
        .argParser(indexName)
        .makeOptionMandatory(),
    )
    .option('--namespace <name>', 'the namespace in the index (default: __default__)')
    .option(
      '--record <file>',
      'the file that records what the index has, for the next run (default: INDEX.upserted.jsonl, or INDEX.NAMESPACE.upserted.jsonl)',
    )
    .option('--vector-field <name>', 'in documents, the field of the dense vector (default: vector)')
    .option('--sparse-field <name>', 'in documents, the field of the sparse vector (default: sparse_vector)')
    .option('--concurrency <n>', 'requests in flight', wholeNumber(1, 1000), 8)
    .addOption(allowInsecureOption())
    .addHelpText(
      'after',
      `
Examples:
  $ pinecone-inference upsert vectors.jsonl --index my-index
  $ pinecone-inference upsert import/__default__/ --index my-index --namespace docs`,
    )
    .addHelpText('after', environmentHelp())
    .addHelpText('after', exitCodesHelp(0, 1, 3, 130))
    .action(async (files: string[], options: UpsertOptions) => {
      process.exitCode = await upsert(files, options)
    })
}

async function upsert(paths: readonly string[], options: UpsertOptions): Promise<number> {
  const report = lineReport()
  const stop = new StopSignal(() =>
    report.say('Stopping: requests under way are finished first. Ctrl-C again stops at once.'),
  )
  const { index, namespace, vectorField, sparseField, concurrency } = options
  const record = recordFile(index, options)
  try {
    checkEnvironment(false)
    const files: string[] = []
    for (const path of paths) files.push(...(await vectorFiles(path)))
    for (const file of files) {
      const { upserted, unchanged, isWhole } = await upsertFile(
        {
          file,
          layout: { vectorField, sparseField },
          index,
          namespace,
          record,
          concurrency,
          apiKey: process.env.PINECONE_API_KEY ?? '',
          controlUrl: controlUrl(),
        },
        { stop, report },
      )
      const before = unchanged > 0 ? `; ${count(unchanged)} were there already` : ''
      report.say(`Upserted ${countRecords(upserted)} of ${file} into ${index}${before}.`)
      if (!isWhole) {
        report.say('Run the same command again for the rest.')
        return stop.exitCode
      }
    }
    return EXIT.done
  } catch (error) {
    if (stop.requested.aborted) return stop.exitCode
    if (!isExpected(error)) throw error
    report.fail(error.message)
    return exitCodeOf(error)
  } finally {
    stop.end()
  }
}
