import { stat } from 'node:fs/promises'
import { NoRecordsError, outputFormat, type ReadOptions } from '@pinecone-inference/files'
import { embedByWorkers } from '../embed/by-workers.js'
import { SetAside } from '../embed/input/set-aside.js'
import { refuseFolderAsStandardInput } from '../embed/input/survey-input.js'
import { callsToMake, refuseKnownMisfits } from '../embed/job/calls-to-make.js'
import { carryOut } from '../embed/job/carry-out.js'
import type { CleanupSettings } from '../embed/output/cleanup.js'
import { type OutputPath, outputPath } from '../embed/output/output-path.js'
import { jsonReport } from '../embed/report/json-report.js'
import { lineReport } from '../embed/report/line-report.js'
import type { Report } from '../embed/report/report.js'
import { EXIT, exitCodeOf } from '../ending/exit-code.js'
import { isExpected, OutputError } from '../ending/expected-error.js'
import { StopSignal } from '../ending/stop-signal.js'
import { connect, rateLimitOf } from '../service/connect.js'
import { embedIntoIndex } from '../upsert/embed-into-index.js'
import { offlineIndex, recordFile } from '../upsert/upsert-options.js'
import { dryRun } from './dry-run.js'
import type { EmbedOptions } from './embed-options.js'
import { layoutOf, readOptions } from './input-options.js'
import { DEFAULT_RUN } from './options.js'

/**
 * Of one request; the delays add up to 91.5 s at most, or to what `Retry-After` says. A long run can wait longer than a
 * single call should.
 */
const MAX_RETRIES = 8

/**
 * Embeds inputs into a file, an index, or by workers.
 *
 * @returns the exit code
 */
export async function runEmbed(inputs: readonly string[], options: EmbedOptions): Promise<number> {
  const report = await reportFor(options)
  const stop = new StopSignal(() => {
    report.say('Stopping: requests under way are finished first. Ctrl-C again stops at once.')
  })
  const aside = new SetAside(report.say, setAsideFile(options))
  try {
    const emptied = new Set<string>()
    const read = {
      ...readOptions(options, aside),
      inputName: options.inputName,
      onEmptyDocument: (id: string) => void emptied.add(id),
    }
    refuseFolderAsStandardInput(inputs)
    const { upsert, redis, run = DEFAULT_RUN } = options
    const output =
      upsert === undefined
        ? await outputPath(options.output ?? '-', options)
        : { path: upsert, partBytes: Number.POSITIVE_INFINITY }
    if (redis === undefined && options.run !== undefined) throw new OutputError('--run needs --redis')
    refuseKnownMisfits(options)
    if (redis !== undefined && !options.dryRun) {
      const job = { inputs, read, output }
      return withAside(await embedByWorkers(job, { ...options, redis, run }, { stop, report }), aside)
    }
    const cleanup: CleanupSettings = {
      cleanup: options.cleanup ?? 'incremental',
      emptied,
      isPartial: () => options.limit !== undefined || aside.records > 0,
    }
    const code = options.dryRun
      ? await dryRun(output, inputs, read, options, { stop, cleanup })
      : await embedInto(output, inputs, read, options, { stop, report, cleanup })
    return withAside(code, aside)
  } catch (error) {
    if (stop.requested.aborted) return stop.exitCode
    if (!isExpected(error)) throw error
    report.fail(error.message)
    if (error instanceof NoRecordsError) await sayWhatStays(options, report)
    return exitCodeOf(error)
  } finally {
    report.end()
    stop.end()
  }
}

/** An input without any document or record would empty an index; it may as well be the wrong folder. */
async function sayWhatStays({ upsert, offline = false, ...options }: EmbedOptions, report: Report) {
  if (upsert === undefined || offline) return
  const record = recordFile(upsert, options)
  const isFilled = await stat(record).then(Boolean, () => false)
  if (!isFilled) return
  report.say(
    `Nothing was deleted from ${upsert}, in case this is the wrong input. To empty the index, delete the namespace and ${record}.`,
  )
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
  { path: output, partBytes }: OutputPath,
  inputs: readonly string[],
  read: ReadOptions,
  options: EmbedOptions,
  { stop, report, cleanup }: { stop: StopSignal; report: Report; cleanup: CleanupSettings },
): Promise<number> {
  const { upsert, namespace, offline = false, concurrency, inputName } = options
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
    const layout = layoutOf(options)
    const job = { inputs, inputName, read, calls, service: name, output, partBytes, format, layout }
    const surroundings = { client, tokens, stop, report }
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

async function reportFor({ json, output }: EmbedOptions): Promise<Report> {
  if (json) return jsonReport(output === '-' ? process.stderr : process.stdout)
  const canDraw = process.stderr.isTTY && process.env.TERM !== 'dumb'
  if (!canDraw) return lineReport()
  const { terminalReport } = await import('../embed/report/terminal-report.js')
  return terminalReport()
}
