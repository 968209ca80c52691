import { type Command, InvalidArgumentError, Option } from 'commander'

/** Adds the options of every command that sends requests. */
export function addServiceOptions(command: Command): Command {
  return command
    .option(
      '--tokens-per-minute <n>',
      'the project’s limit on tokens, for each model (default: learned from 429s)',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .addOption(planOption())
    .option('--concurrency <n>', 'requests in flight', wholeNumber(1, 1000), 8)
    .option('--offline', 'take the answers from the emulator’s stand-ins; needs no key')
    .addOption(allowInsecureOption())
}

/** Read by `prepareNetwork`. */
export function allowInsecureOption(): Option {
  return new Option('--allow-insecure', 'allow plain http to a service on another machine')
}

export function planOption(): Option {
  return new Option('--plan <name>', 'keep to the documented limits of this Pinecone plan').choices([
    'starter',
    'builder',
    'standard',
    'enterprise',
  ])
}

/** The name of an `embed --redis` job where `--run` gives none. */
export const DEFAULT_RUN = 'embed'

/** A Redis address. */
export function redisUrl(text: string): string {
  if (URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol)) return text
  throw new InvalidArgumentError(
    'Allowed: redis://host:6379, or rediss:// for TLS; to use REDIS_URL, put --redis last.',
  )
}

/** A name that BullMQ takes. */
export function runName(text: string): string {
  if (/^[^:\s]+$/.test(text)) return text
  throw new InvalidArgumentError('Allowed: names without colons and spaces.')
}

/** A whole number in a range, for commander's option parsers. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Allowed: whole numbers from ${min} to ${max}.`)
    }
    return value
  }
}

/** A list of names, separated by commas. */
export function names(text: string): string[] {
  const list = text.split(',').map((name) => name.trim())
  if (list.includes('')) throw new InvalidArgumentError('Allowed: names, separated by commas.')
  return list
}

/** A number from 0 to 1. */
export function share(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError('Allowed: numbers from 0 to 1.')
  }
  return value
}
