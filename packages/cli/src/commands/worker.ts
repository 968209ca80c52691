import { PineconeConfigurationError } from '@pinecone-inference/client'
import { Command, Option } from 'commander'
import { prefixOf } from '../embed/by-workers.js'
import { count, counted, countRecords } from '../embed/report/report.js'
import { EXIT } from '../ending/exit-code.js'
import { StopSignal } from '../ending/stop-signal.js'
import { sayLine } from '../output/line.js'
import { checkEnvironment, startOffline } from '../service/connect.js'
import { environmentHelp, exitCodesHelp } from './help-text.js'
import { allowInsecureOption, DEFAULT_RUN, redisUrl, runName, wholeNumber } from './options.js'

interface WorkerCommandOptions {
  readonly redis: string
  readonly run: string
  readonly concurrency: number
  readonly offline?: boolean
}

type GivenOptions = Omit<WorkerCommandOptions, 'redis'> & { readonly redis?: string }

/** `pinecone-inference worker`: embeds a share of an `embed --redis` until that is finished. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('embed a share of an embed --redis, with any number of other workers, until it is finished')
    .addOption(
      new Option('--redis <url>', 'the address of Redis that embed was given: redis://host:6379')
        .env('REDIS_URL')
        .argParser(redisUrl),
    )
    .addOption(new Option('--run <name>', 'the name of the job').argParser(runName).default(DEFAULT_RUN))
    .option('--concurrency <n>', 'requests in flight', wholeNumber(1, 1000), 8)
    .option(
      '--offline',
      'for an embed --redis --offline: take vectors from the emulator’s stand-ins; needs no key',
    )
    .addOption(allowInsecureOption())
    .addHelpText(
      'after',
      `
Examples:
  $ pinecone-inference worker --redis redis://10.0.0.5:6379
  $ REDIS_URL=redis://10.0.0.5:6379 pinecone-inference worker --run wikipedia

A worker may start before embed, and be killed at any time: its jobs then go to others. The model, the output folder and
the rate limit are those that embed was given. The folder must be at the same path on all machines.`,
    )
    .addHelpText('after', environmentHelp({ hasRedis: true }))
    .addHelpText('after', exitCodesHelp(0, 1, 3, 130))
    .action(async ({ redis, ...options }: GivenOptions, command: Command) => {
      if (redis === undefined) return command.error("error: required option '--redis <url>' not specified")
      process.exitCode = await work({ redis, ...options })
    })
}

/** Errors of Redis say by themselves what happens next. */
function sayTrouble({ name, message }: Error): void {
  sayLine(name === 'RedisUnavailableError' ? message : `${message}; it is retried`)
}

async function work({ redis, run, concurrency, offline = false }: WorkerCommandOptions): Promise<number> {
  const { RedisUnavailableError, RunError, runWorker, WorkerError } = await import(
    '@pinecone-inference/bullmq'
  )
  const stop = new StopSignal(() =>
    sayLine('Stopping: jobs under way are finished first. Ctrl-C again stops at once.'),
  )
  const emulator = offline ? await startOffline(sayLine) : undefined
  try {
    checkEnvironment(offline)
    sayLine(`Waiting for jobs of the run ${run}.`)
    const { jobs, records, tokens } = await runWorker({
      redis,
      run,
      ...prefixOf(offline),
      client: {
        maxConcurrency: concurrency,
        ...(emulator ? { baseUrl: emulator.url, apiKey: 'offline' } : {}),
      },
      signal: stop.requested,
      onError: sayTrouble,
    })
    sayLine(`Embedded ${countRecords(records)} in ${counted(jobs, 'job')}: ${count(tokens)} tokens.`)
    return stop.requested.aborted ? stop.exitCode : EXIT.done
  } catch (error) {
    const refused =
      error instanceof RunError || error instanceof WorkerError || error instanceof PineconeConfigurationError
    if (!refused && !(error instanceof RedisUnavailableError)) throw error
    sayLine(`error: ${error.message}`)
    return refused ? EXIT.refused : EXIT.stopped
  } finally {
    stop.end()
    await emulator?.close()
  }
}
