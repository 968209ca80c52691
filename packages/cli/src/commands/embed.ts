import { hostedModelNames } from '@pinecone-inference/client'
import { Command, Option } from 'commander'
import { suggestValues } from '../completion/candidates.js'
import { indexName } from '../upsert/upsert-options.js'
import { type GivenOptions, resolved } from './embed-options.js'
import { environmentHelp, exitCodesHelp } from './help-text.js'
import { addInputOptions, addLayoutOptions } from './input-options.js'
import { allowInsecureOption, DEFAULT_RUN, planOption, redisUrl, runName, wholeNumber } from './options.js'
import { runEmbed } from './run-embed.js'

const largest = Number.MAX_SAFE_INTEGER

/** `pinecone-inference embed`: files of texts to a file of vectors, resumable. */
export function embedCommand(): Command {
  const command = new Command('embed')
    .description('embed files of texts into a file of vectors or an index; run it again to resume')
    .argument(
      '<input...>',
      'files: .jsonl, .json, .csv, .tsv, .parquet, documents (.md, .txt, .html, .pdf …), also compressed (.gz, .zst); folders; or - for the standard input',
    )
    .option(
      '-o, --output <file>',
      'a .jsonl file, a .parquet file for Pinecone’s bulk import, a folder for the import (<folder>/<namespace>/0.parquet, 1.parquet …), or - for JSONL on the standard output',
    )
    .addOption(
      new Option(
        '--upsert <index>',
        'instead of --output: the index to upsert new and changed records into',
      ).argParser(indexName),
    )
    .addOption(
      suggestValues(
        new Option('-m, --model <name>', `the model: ${hostedModelNames('embed').join(', ')}, or any other`),
        hostedModelNames('embed'),
      ),
    )
    .addOption(
      suggestValues(
        new Option(
          '--sparse-model <name>',
          'a sparse model besides the dense --model: each record gets both vectors',
        ),
        hostedModelNames('embed', 'sparse'),
      ),
    )
    .addOption(
      new Option('--input-type <type>', 'whether the texts are passages to search or queries')
        .choices(['passage', 'query'])
        .default('passage'),
    )
    .option('--dimension <n>', 'length of the dense vectors (default: the model’s)', wholeNumber(1, largest))
    .addOption(
      new Option(
        '--truncate <side>',
        'which end of a text over the model’s limit to cut; NONE refuses the text (default: END)',
      ).choices(['END', 'START', 'NONE']),
    )
  return addLayoutOptions(addInputOptions(command))
    .option(
      '--namespace <name>',
      'the namespace in the index, or in the folder given as --output (default: __default__)',
    )
    .option(
      '--part-size <mb>',
      'in a folder: megabytes after which a file is followed by another (default: 1000)',
      wholeNumber(1, 9000),
    )
    .option(
      '--record <file>',
      'with --upsert: the file that records what the index has, for the next run (default: INDEX.upserted.jsonl, or INDEX.NAMESPACE.upserted.jsonl)',
    )
    .option(
      '--input-name <name>',
      'the name of the standard input or a pipe, in its ids too; or what earlier runs called an input that was moved or renamed since (default: its path, seen from their record)',
    )
    .addOption(
      new Option(
        '--cleanup <mode>',
        'what to delete of what the input no longer has: nothing (none), passages of documents that it still has (incremental), or everything (full) (default: incremental)',
      ).choices(['none', 'incremental', 'full']),
    )
    .option(
      '--tokens-per-minute <n>',
      'the project’s limit on tokens, for each model (default: learned from 429s)',
      wholeNumber(1, largest),
    )
    .addOption(planOption())
    .option('--concurrency <n>', 'requests in flight', wholeNumber(1, 1000), 8)
    .option('--offline', 'take vectors from the emulator’s stand-ins; needs no key')
    .addOption(allowInsecureOption())
    .addOption(
      new Option(
        '--redis [url]',
        'let workers on any machines do the embedding: redis://host:6379; without an address, as the last option: REDIS_URL',
      ).argParser(redisUrl),
    )
    .addOption(
      new Option('--run <name>', `with --redis: the name of the job (default: ${DEFAULT_RUN})`).argParser(
        runName,
      ),
    )
    .option('--dry-run', 'estimate tokens, requests and time, and send nothing')
    .option('--json', 'print progress and result as JSON lines')
    .addHelpText(
      'after',
      `
Examples:
  $ pinecone-inference embed passages.jsonl -o vectors.parquet --model llama-text-embed-v2 --metadata-fields title,text
  $ pinecone-inference embed docs/ --upsert my-index --model llama-text-embed-v2
  $ pinecone-inference embed docs/ -o import/ --model multilingual-e5-large --sparse-model pinecone-sparse-english-v0
  $ zcat passages.jsonl.gz | pinecone-inference embed - -o vectors.jsonl --model llama-text-embed-v2

An unfinished run is kept in OUTPUT.partial; run the same command again to resume it. Run again after a finished run, the
command brings the file or the index up to date: only new and changed records are embedded. Inputs that the service
refuses go to OUTPUT.failed.jsonl, with the reason, and can be embedded from there.`,
    )
    .addHelpText('after', environmentHelp({ hasRedis: true }))
    .addHelpText('after', exitCodesHelp(0, 1, 2, 3, 130, 141))
    .action(async (inputs: string[], given: GivenOptions, command: Command) => {
      process.exitCode = await runEmbed(inputs, resolved(given, command))
    })
}
