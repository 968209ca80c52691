import { hostedModel, hostedModelNames, type RateLimit } from '@pinecone-inference/client'
import { outputFormat, type ReadOptions, type TextRecord } from '@pinecone-inference/files'
import { Command, Option } from 'commander'
import { suggestValues } from '../completion/candidates.js'
import { embedByWorkers } from '../embed/by-workers.js'
import { SetAside } from '../embed/input/set-aside.js'
import { refuseFolderAsStandardInput } from '../embed/input/standard-input.js'
import { canBeSurveyed, surveyInput } from '../embed/input/survey-input.js'
import { callsToMake, refuseKnownMisfits } from '../embed/job/calls-to-make.js'
import { carryOut } from '../embed/job/carry-out.js'
import type { Cleanup, CleanupSettings } from '../embed/output/cleanup.js'
import { EarlierVectors } from '../embed/output/earlier-vectors.js'
import { outputPath } from '../embed/output/output-path.js'
import { textHash } from '../embed/output/output-record.js'
import { refuseExisting } from '../embed/output/run-folder.js'
import { tellEstimate } from '../embed/report/dry-run.js'
import { TokenTally } from '../embed/report/estimate.js'
import { jsonReport } from '../embed/report/json-report.js'
import { lineReport } from '../embed/report/line-report.js'
import type { Report } from '../embed/report/report.js'
import { EXIT, exitCodeOf } from '../ending/exit-code.js'
import { isExpected, OutputError } from '../ending/expected-error.js'
import { StopSignal } from '../ending/stop-signal.js'
import { connect, rateLimitOf } from '../service/connect.js'
import { embedIntoIndex } from '../upsert/embed-into-index.js'
import { contentHash } from '../upsert/hashes.js'
import { Ledger } from '../upsert/ledger.js'
import { indexName, offlineIndex, recordFile } from '../upsert/upsert-options.js'
import { environmentHelp, exitCodesHelp } from './help-text.js'
import {
  addInputOptions,
  addLayoutOptions,
  type InputOptions,
  type LayoutOptions,
  layoutOf,
  readOptions,
} from './input-options.js'
import { DEFAULT_RUN, planOption, redisUrl, runName, wholeNumber } from './options.js'

interface EmbedOptions extends InputOptions, LayoutOptions {
  /** A path, or `-`; undefined with `upsert`. */
  readonly output?: string
  readonly upsert?: string
  readonly record?: string
  readonly cleanup?: Cleanup
  readonly model: string
  readonly sparseModel?: string
  readonly inputType: string
  readonly dimension?: number
  readonly truncate?: string
  readonly namespace?: string
  readonly tokensPerMinute?: number
  readonly plan?: RateLimit['plan']
  readonly concurrency: number
  readonly offline?: boolean
  readonly dryRun?: boolean
  readonly redis?: string
  readonly run?: string
  readonly json?: boolean
}

const largest = Number.MAX_SAFE_INTEGER

/** Of one request, over 46 s on average and 92 s at most: a long run can wait longer than a single call should. */
const MAX_RETRIES = 8

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
      'a .jsonl file, a .parquet file for Pinecone’s bulk import, a folder for <folder>/<namespace>/0.parquet, or - for JSONL on the standard output',
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
      '--record <file>',
      'with --upsert: the file that records what the index has, for the next run (default: INDEX.upserted.jsonl)',
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
      process.exitCode = await embed(inputs, resolved(given, command))
    })
}

type GivenOptions = Omit<EmbedOptions, 'redis' | 'model'> & {
  readonly redis?: string | true
  readonly model?: string
}

/**
 * The options, with defaults filled in. Required options are checked here: commander would report one as missing before
 * it reports the misspelt option that is the reason.
 */
function resolved({ redis, model, truncate, ...rest }: GivenOptions, command: Command): EmbedOptions {
  const { output, upsert, record, cleanup, limit } = rest
  if (output === undefined && upsert === undefined) {
    return command.error("error: required option '-o, --output <file>' (or --upsert <index>) not specified")
  }
  if (output !== undefined && upsert !== undefined) {
    return command.error('error: give either --output or --upsert, not both')
  }
  if (upsert === undefined && record !== undefined) return command.error('error: --record needs --upsert')
  if (cleanup !== undefined && (output === '-' || redis !== undefined)) {
    return command.error('error: --cleanup needs --upsert, or a file as --output')
  }
  if (upsert !== undefined && redis !== undefined) {
    return command.error(
      'error: --upsert cannot be used with --redis: workers write files; upsert those afterwards',
    )
  }
  if (cleanup === 'full' && limit !== undefined) {
    return command.error(
      'error: --cleanup full cannot be used with --limit: records beyond the limit would be deleted',
    )
  }
  if (model === undefined) return command.error("error: required option '-m, --model <name>' not specified")
  const address = redis === true ? process.env.REDIS_URL : redis
  if (redis === true && !address) return command.error('error: --redis without an address needs REDIS_URL')
  return {
    ...rest,
    model,
    // The hosted models' default, given or not, makes the same run.
    ...(truncate === undefined || (truncate === 'END' && hostedModel(model)) ? {} : { truncate }),
    ...(address === undefined ? {} : { redis: address }),
  }
}

async function embed(inputs: readonly string[], options: EmbedOptions): Promise<number> {
  const report = await reportFor(options)
  const stop = new StopSignal(() => {
    report.say('Stopping: requests under way are finished first. Ctrl-C again stops at once.')
  })
  const aside = new SetAside(report.say, setAsideFile(options))
  try {
    const read = readOptions(options, aside)
    refuseFolderAsStandardInput(inputs)
    const { upsert, redis, run = DEFAULT_RUN } = options
    const output = upsert ?? (await outputPath(options.output ?? '-', options.namespace))
    if (redis === undefined && options.run !== undefined) throw new OutputError('--run needs --redis')
    refuseKnownMisfits(options)
    if (redis !== undefined && !options.dryRun) {
      const job = { inputs, read, output: options.output ?? '-', path: output }
      return withAside(await embedByWorkers(job, { ...options, redis, run }, { stop, report }), aside)
    }
    const code = options.dryRun
      ? await dryRun(output, inputs, read, options, stop)
      : await embedInto(output, inputs, read, options, { stop, report, aside })
    return withAside(code, aside)
  } catch (error) {
    if (stop.requested.aborted) return stop.exitCode
    if (!isExpected(error)) throw error
    report.fail(error.message)
    return exitCodeOf(error)
  } finally {
    report.end()
    stop.end()
  }
}

/** Undefined if no file is written. */
function setAsideFile({ output, upsert, dryRun, skipBad, ...options }: EmbedOptions): string | undefined {
  if (!skipBad || dryRun || output === '-') return undefined
  const beside =
    upsert === undefined
      ? output?.replace(/[/\\]+$/, '')
      : recordFile(upsert, options).replace(/\.jsonl$/, '')
  return `${beside}.set-aside.jsonl`
}

/** Records that were set aside are inputs that failed. */
function withAside(code: number, aside: SetAside): number {
  aside.tell()
  return code === EXIT.done && aside.records > 0 ? EXIT.someFailed : code
}

async function embedInto(
  output: string,
  inputs: readonly string[],
  read: ReadOptions,
  options: EmbedOptions,
  { stop, report, aside }: { stop: StopSignal; report: Report; aside: SetAside },
): Promise<number> {
  const { upsert, namespace, offline = false, concurrency } = options
  const tokens: Record<string, number> = {}
  const onTokens = (model: string, count: number) => {
    tokens[model] = (tokens[model] ?? 0) + count
  }
  const { say } = report
  const maxRetries = MAX_RETRIES
  const indexes = upsert === undefined ? [] : [offlineIndex(upsert, options)]
  const service = {
    offline,
    indexes,
    concurrency,
    rateLimit: rateLimitOf(options),
    maxRetries,
    onTokens,
    say,
  }
  const { client, name, controlUrl, close } = await connect(service)
  try {
    const format = (upsert === undefined && outputFormat(output)) || 'jsonl'
    const calls = await callsToMake(options, format, client, stop.requested)
    const job = { inputs, read, calls, service: name, output, format, layout: layoutOf(options) }
    const surroundings = { client, tokens, stop, report }
    const cleanup: CleanupSettings = {
      cleanup: options.cleanup ?? 'incremental',
      isPartial: () => options.limit !== undefined || aside.records > 0,
    }
    if (upsert === undefined) return await carryOut(job, cleanup, surroundings)
    if (offline) say(`The index ${upsert} is in this process, and ends with it; serve --index keeps one.`)
    return await embedIntoIndex(
      job,
      {
        index: upsert,
        namespace,
        record: recordFile(upsert, options),
        ...cleanup,
        concurrency,
        apiKey: process.env.PINECONE_API_KEY || 'offline',
        controlUrl,
        offline,
      },
      surroundings,
    )
  } finally {
    await close()
  }
}

async function dryRun(
  output: string,
  inputs: readonly string[],
  read: ReadOptions,
  options: EmbedOptions,
  stop: StopSignal,
): Promise<number> {
  if (!canBeSurveyed(inputs)) throw new OutputError('--dry-run reads the input to its end, so it needs files')
  const { model, sparseModel, truncate, tokensPerMinute, json = false } = options
  const models = sparseModel === undefined ? [model] : [model, sparseModel]
  const tallies = models.map((model) => new TokenTally(model, truncate))
  const onText = (bytes: number) => {
    for (const tally of tallies) tally.add(bytes)
  }
  const isThere = options.redis === undefined ? await whatIsThere(output, options) : () => false
  const survey = await surveyInput(inputs, read, stop.requested, {
    onText,
    layout: layoutOf(options),
    isThere,
  })
  tellEstimate({ survey, tallies, tokensPerMinute, json })
  return EXIT.done
}

/** Which records earlier runs have embedded. */
async function whatIsThere(output: string, options: EmbedOptions): Promise<(record: TextRecord) => boolean> {
  const { upsert } = options
  if (upsert !== undefined) {
    const ledger = await Ledger.read(recordFile(upsert, options))
    return (record) =>
      ledger.has(record.id, contentHash(record)) ||
      ledger.vectorsOf(record.id, textHash(record.text)) !== undefined
  }
  if (output === '-') return () => false
  const earlier = await EarlierVectors.read(output)
  if (!earlier.previous) await refuseExisting(output)
  return (record) => earlier.has(record)
}

async function reportFor({ json, output }: EmbedOptions): Promise<Report> {
  if (json) return jsonReport(output === '-' ? process.stderr : process.stdout)
  const canDraw = process.stderr.isTTY && process.env.TERM !== 'dumb'
  if (!canDraw) return lineReport()
  const { terminalReport } = await import('../embed/report/terminal-report.js')
  return terminalReport()
}
