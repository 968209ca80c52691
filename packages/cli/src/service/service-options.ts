import type { RateLimit } from '@pinecone-inference/client'
import { type Command, Option } from 'commander'
import { wholeNumber } from '../commands/read-option.js'

/** How the service is asked. The key and the address come from the environment. */
export interface ServiceOptions {
  readonly offline?: boolean
  readonly concurrency: number
  readonly tokensPerMinute?: number
  readonly plan?: RateLimit['plan']
}

/** What the options say of the project's budget; undefined where that is learned. */
export function rateLimitOf({
  tokensPerMinute,
  plan,
}: Pick<ServiceOptions, 'tokensPerMinute' | 'plan'>): RateLimit | undefined {
  return tokensPerMinute === undefined && plan === undefined ? undefined : { tokensPerMinute, plan }
}

/** The options of every command that asks the service. */
export function addServiceOptions(command: Command): Command {
  return command
    .option(
      '--tokens-per-minute <n>',
      'the project’s budget (default: learned)',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .addOption(planOption())
    .option('--concurrency <n>', 'requests in flight', wholeNumber(1, 1000), 8)
    .option('--offline', 'answers from the emulator’s stand-ins, without a key')
    .addOption(allowInsecureOption())
}

/** `prepareNetwork` reads it. */
export function allowInsecureOption(): Option {
  return new Option('--allow-insecure', 'allow a service at plain http on another machine')
}

export function planOption(): Option {
  return new Option('--plan <name>', 'Pinecone’s documented limits of the project’s plan').choices([
    'starter',
    'builder',
    'standard',
    'enterprise',
  ])
}
