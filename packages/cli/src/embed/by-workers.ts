import { dirname, join } from 'node:path'
import type { Progress as RunProgress } from '@pinecone-inference/bullmq'
import { hostedModel, type RateLimit } from '@pinecone-inference/client'
import { type ReadOptions, readRecords } from '@pinecone-inference/files'
import { EXIT } from '../ending/exit-code.js'
import { OutputError } from '../ending/expected-error.js'
import type { StopSignal } from '../ending/stop-signal.js'
import { connect, OFFLINE_NOTICE, rateLimitOf } from '../service/connect.js'
import { canBeSurveyed, surveyInput } from './input/survey-input.js'
import { callsToMake } from './job/calls-to-make.js'
import { namesIn } from './output/make-folder.js'
import { isSingleFile, type OutputPath } from './output/output-path.js'
import { countRecords, type Report } from './report/report.js'

export interface WorkersOptions {
  readonly redis: string
  readonly run: string
  readonly model: string
  readonly sparseModel?: string
  readonly inputType: string
  readonly dimension?: number
  readonly truncate?: string
  readonly tokensPerMinute?: number
  readonly plan?: RateLimit['plan']
  readonly offline?: boolean
}

/** The inputs of a job for workers, and its output. */
export interface WorkersJob {
  readonly inputs: readonly string[]
  readonly read: ReadOptions
  readonly output: OutputPath
}

/**
 * Gives the records to the workers over Redis, and follows them to the end.
 *
 * @returns the exit code
 */
export async function embedByWorkers(
  { inputs, read, output }: WorkersJob,
  options: WorkersOptions,
  { stop, report }: { stop: StopSignal; report: Report },
): Promise<number> {
  if (isSingleFile(output.partBytes))
    throw new OutputError('--redis writes part files: give a folder as --output, ending in /')
  if (options.sparseModel !== undefined) throw new OutputError('--sparse-model cannot be used with --redis')
  const { model, inputType, dimension, truncate, offline = false } = options
  const rateLimit = rateLimitOf(options)
  // Loaded here, so that other commands start without it.
  const { EmbedRun, RedisUnavailableError, RunError } = await import('@pinecone-inference/bullmq')
  if (offline) report.say(OFFLINE_NOTICE)
  await refuseUnfitModel(options, stop.requested)
  const folder = dirname(output.path)
  await refuseOtherOutput(folder)
  const survey = canBeSurveyed(inputs) ? await surveyInput(inputs, read, stop.requested) : undefined
  const began = performance.now()
  try {
    await using run = await EmbedRun.open({
      redis: options.redis,
      run: options.run,
      ...prefixOf(offline),
      model,
      parameters: {
        inputType,
        ...(dimension === undefined ? {} : { dimension }),
        ...(truncate === undefined ? {} : { truncate }),
      },
      output: { folder, format: 'parquet' },
      ...(rateLimit ? { rateLimit } : {}),
      onError: ({ message }) => report.say(message),
    })
    report.say(
      `Workers join with: pinecone-inference worker --redis … --run ${options.run}${offline ? ' --offline' : ''}`,
    )
    const result = await run.embed(readRecords(inputs, read), {
      signal: stop.requested,
      onProgress: (progress) => report.progress(progressOf(progress, survey?.records)),
    })
    for (const { job, error } of result.failedJobs) report.say(`${job} failed on every attempt: ${error}`)
    const failed = result.recordsFailed
    if (result.records === 0) {
      const [first] = [...result.failures, ...result.failedJobs]
      const of = failed > 0 ? `none of ${countRecords(failed)}` : 'nothing'
      report.fail(`${of} could be embedded${first ? `; the first error: ${first.error}` : ''}`)
      return EXIT.refused
    }
    report.finish({
      output: folder,
      embedded: result.records,
      failed,
      ...(failed > 0 ? { failedOutput: join(folder, 'failures.jsonl') } : {}),
      tokens: { [model]: result.tokens },
      seconds: (performance.now() - began) / 1000,
    })
    return failed + result.failedJobs.length > 0 ? EXIT.someFailed : EXIT.done
  } catch (error) {
    if (stop.requested.aborted) {
      report.say('Stopped. Workers still embed what is in Redis; run the same command again for the rest.')
      return stop.exitCode
    }
    if (error instanceof RunError || error instanceof RedisUnavailableError) {
      report.fail(error.message)
      return error instanceof RunError ? EXIT.refused : EXIT.stopped
    }
    throw error
  }
}

/**
 * Refuses a folder with the output of an `embed` without `--redis`: an import would take every record twice.
 *
 * @throws OutputError if such an output is there, finished or not
 */
async function refuseOtherOutput(folder: string): Promise<void> {
  const others = (await namesIn(folder)).filter((name) => /^\d+\.(parquet|jsonl)(\.partial)?$/.test(name))
  if (others.length === 0) return
  throw new OutputError(
    `${folder} holds ${others[0]}${others.length > 1 ? ' and others' : ''} of an embed without --redis, so an import would ` +
      'take the records twice. Give another folder.',
  )
}

/**
 * Asks the service about a model that is not in the client's table. Otherwise each worker would end with the refusal, and
 * the job would wait for more workers. Without a key, which only workers need, the check is skipped.
 */
async function refuseUnfitModel(options: WorkersOptions, signal: AbortSignal): Promise<void> {
  const { model, offline = false } = options
  if (hostedModel(model) || !(offline || process.env.PINECONE_API_KEY)) return
  const service = await connect({ offline, concurrency: 1, rateLimit: undefined, say() {} })
  try {
    await callsToMake(options, 'parquet', service.client, signal)
  } finally {
    await service.close()
  }
}

function progressOf({ records, tokens, recordsPerSecond }: RunProgress, total: number | undefined) {
  const { done, failed } = records
  const settled = done + failed
  const left =
    total === undefined || recordsPerSecond === 0 ? undefined : (total - settled) / recordsPerSecond
  return { done: settled, total, failed, tokens, perSecond: recordsPerSecond, secondsLeft: left }
}

/** The prefix of the names in Redis: offline runs and their workers have one of their own, as their vectors must never mix. */
export function prefixOf(offline: boolean): { prefix?: string } {
  return offline ? { prefix: 'pinecone-inference-offline' } : {}
}
