import type { BackendOptions, Emulator, IndexSettings, Plan } from '@pinecone-inference/emulator'
import { Command, InvalidArgumentError, Option } from 'commander'
import { requestLine } from '../output/request-line.js'
import { exitCodesHelp } from './help-text.js'
import { share, wholeNumber } from './options.js'

interface ServeOptions {
  readonly port: number
  readonly host: string
  readonly apiKey?: string
  readonly backend: BackendOptions['kind']
  readonly modelDir?: string
  readonly latency?: string
  readonly errorRate?: number
  readonly tokensPerMinute?: number
  readonly requestsPerMinute?: number
  readonly plan?: Plan
  readonly retryAfter: boolean
  readonly control?: boolean
  readonly index: readonly IndexSettings[]
  readonly fault: readonly string[]
  readonly seed?: number
}

const largest = Number.MAX_SAFE_INTEGER

const LATENCY = '--latency <ms>'
const FAULT = '--fault <rule>'

/** `pinecone-inference serve`: the emulator in the foreground, until SIGINT or SIGTERM. */
export function serveCommand(): Command {
  return new Command('serve')
    .description(
      'serve the inference API offline, with vectors and scores from lexical stand-ins or local models',
    )
    .option('-p, --port <port>', 'port to listen on; 0 picks a free one', wholeNumber(0, 65_535), 5090)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--api-key <key>', 'the only key to accept (default: any)')
    .addOption(
      new Option('--backend <kind>', 'where vectors and scores come from')
        .choices(['lexical', 'minilm', 'transformers'])
        .default('lexical'),
    )
    .option(
      '--model-dir <folder>',
      'for --backend transformers: ONNX models, each in a folder named after a hosted model',
    )
    .option(LATENCY, 'milliseconds before each answer: 200 or 100-300')
    .option('--error-rate <share>', 'share of requests to answer with 503, from 0 to 1', share)
    .option(
      '--tokens-per-minute <n>',
      'limit per model and input type; requests beyond it get 429',
      wholeNumber(1, largest),
    )
    .option(
      '--requests-per-minute <n>',
      'limit per model; requests beyond it get 429',
      wholeNumber(1, largest),
    )
    .addOption(
      new Option('--plan <name>', 'apply the documented limits of this Pinecone plan').choices([
        'starter',
        'builder',
        'standard',
        'enterprise',
      ]),
    )
    .option('--no-retry-after', 'leave Retry-After out of 429s')
    .addOption(
      new Option(
        '--index <name:dimension:metric>',
        'an index in memory: docs:1024, docs:1024:dotproduct, or docs for a sparse one; repeatable',
      )
        .argParser((text: string, indexes: readonly IndexSettings[]) => [...indexes, indexOf(text)])
        .default([], 'none'),
    )
    .option(
      '--control',
      'serve /_emulator/, where other programs on this machine read the requests and set faults, limits and latency',
    )
    .addOption(
      new Option(
        FAULT,
        "a fault: '[route][#call[-call]][*times][~probability] fault', such as '/embed#3 status:503,retry-after=2'; repeatable",
      )
        .argParser((text: string, rules: readonly string[]) => [...rules, text])
        .default([], 'none'),
    )
    .option('--seed <n>', 'seed for everything random', wholeNumber(0, 2 ** 32 - 1))
    .addHelpText(
      'after',
      `
Examples:
  $ pinecone-inference serve
  $ pinecone-inference serve --port 0 --latency 100-300 --plan starter
  $ pinecone-inference serve --fault '/embed#3-5 stall:headers' --fault '/rerank~0.1 reset' --seed 7`,
    )
    .addHelpText('after', exitCodesHelp(0, 1))
    .action(serve)
}

async function serve(options: ServeOptions, command: Command): Promise<void> {
  const emulator = await start(options, command)
  process.stdout.write(
    `Listening on ${emulator.url} (${sourceOf(options)}, not the hosted models). To use it:\n` +
      `  export PINECONE_INFERENCE_URL=${emulator.url}\n` +
      `  export PINECONE_API_KEY=${options.apiKey === undefined ? 'local' : '<the key given by --api-key>'}\n` +
      `Open ${emulator.url}/ to see the latest requests, and to try embed and rerank.\n`,
  )
  await stopSignal()
  await emulator.close()
}

/** `docs:1024:cosine`, `docs:1024` or `docs`. */
function indexOf(text: string): IndexSettings {
  const [name = '', dimension, metric, ...more] = text.split(':')
  if (more.length > 0 || (dimension !== undefined && !/^\d+$/.test(dimension)) || !isMetric(metric)) {
    throw new InvalidArgumentError('Allowed: docs:1024, docs:1024:cosine (dotproduct, euclidean), or docs.')
  }
  return { name, dimension: dimension === undefined ? undefined : Number(dimension), metric }
}

function isMetric(text: string | undefined): text is IndexSettings['metric'] {
  return text === undefined || ['cosine', 'dotproduct', 'euclidean'].includes(text)
}

function sourceOf({ backend, modelDir }: ServeOptions): string {
  switch (backend) {
    case 'lexical':
      return 'lexical stand-ins'
    case 'minilm':
      return 'all-MiniLM-L6-v2 and lexical stand-ins'
    case 'transformers':
      return `local models from ${modelDir}, lexical stand-ins for the others`
  }
}

function backendOf({ backend, modelDir }: ServeOptions, command: Command): BackendOptions {
  if (backend !== 'transformers') {
    if (modelDir !== undefined) command.error('error: --model-dir needs --backend transformers')
    return { kind: backend }
  }
  if (modelDir === undefined) return command.error('error: --backend transformers needs --model-dir <folder>')
  return { kind: 'transformers', modelDir }
}

async function start(options: ServeOptions, command: Command): Promise<Emulator> {
  const { port, host, apiKey, latency, errorRate, plan, fault, seed, control, index } = options
  const { tokensPerMinute, requestsPerMinute, retryAfter } = options
  // Loaded here, so that other commands start without it.
  const { BackendError, parseFaultRule, parseLatency, startEmulator } = await import(
    '@pinecone-inference/emulator'
  )
  const limited = plan !== undefined || tokensPerMinute !== undefined || requestsPerMinute !== undefined
  try {
    return await startEmulator({
      port,
      host,
      backend: backendOf(options, command),
      indexes: index,
      faults: fault.map((rule) => readOption(FAULT, rule, parseFaultRule, command)),
      onAnswer: (request) => process.stdout.write(`${requestLine(request)}\n`),
      apiKey,
      latency: latency === undefined ? undefined : readOption(LATENCY, latency, parseLatency, command),
      errorRate,
      seed,
      plan,
      rateLimit: limited ? { tokensPerMinute, requestsPerMinute, retryAfter } : undefined,
      control,
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      command.error(
        `error: port ${port} on ${host} is in use; choose another with --port, or 0 for a free one`,
      )
    }
    if (error instanceof Error && 'syscall' in error) {
      command.error(`error: cannot listen on ${host}: ${error.message}`)
    }
    if (error instanceof BackendError || error instanceof RangeError) command.error(`error: ${error.message}`)
    throw error
  }
}

/** The value of an option, read by the emulator; refused as commander refuses what its own parsers do not take. */
function readOption<Value>(
  flags: string,
  text: string,
  read: (text: string) => Value,
  command: Command,
): Value {
  try {
    return read(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : error
    return command.error(`error: option '${flags}' argument '${text}' is invalid. ${reason}`)
  }
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}
