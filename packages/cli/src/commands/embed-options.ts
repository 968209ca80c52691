import { hostedModel, type RateLimit } from '@pinecone-inference/client'
import type { Command } from 'commander'
import type { Cleanup } from '../embed/output/cleanup.js'
import type { InputOptions, LayoutOptions } from './input-options.js'

export interface EmbedOptions extends InputOptions, LayoutOptions {
  /** A path, or `-`; undefined with `upsert`. */
  readonly output?: string
  readonly upsert?: string
  readonly record?: string
  readonly inputName?: string
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
  readonly partSize?: number
  readonly json?: boolean
}

export type GivenOptions = Omit<EmbedOptions, 'redis' | 'model'> & {
  readonly redis?: string | true
  readonly model?: string
}

/**
 * The options, with defaults filled in. Required options are checked here: commander would report one as missing before
 * it reports the misspelt option that is the reason.
 */
export function resolved({ redis, model, truncate, ...rest }: GivenOptions, command: Command): EmbedOptions {
  const { output, upsert, record, cleanup, limit, partSize } = rest
  if (output === undefined && upsert === undefined) {
    return command.error("error: required option '-o, --output <file>' (or --upsert <index>) not specified")
  }
  if (output !== undefined && upsert !== undefined) {
    return command.error('error: give either --output or --upsert, not both')
  }
  if (partSize !== undefined && (upsert !== undefined || redis !== undefined)) {
    return command.error('error: --part-size needs a folder as --output, and no --redis')
  }
  if (upsert === undefined && record !== undefined) return command.error('error: --record needs --upsert')
  if (output === '-' || redis !== undefined) {
    if (cleanup !== undefined) return command.error('error: --cleanup needs --upsert, or a file as --output')
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
