import { createHash } from 'node:crypto'
import type { EmbedParameters, RateLimit } from '@pinecone-inference/client'
import type { OutputFormat } from '@pinecone-inference/files'

/** What all workers of a run share. It is stored in Redis, so workers need no options for it. */
export interface RunSpec {
  /** The embedding model. */
  model: string
  /** As in the client: `inputType`, `truncate`, `dimension` … */
  parameters?: EmbedParameters | undefined
  /**
   * The folder for part files, which all workers and the coordinator reach at the same path. Without it, each worker
   * passes its records to its own `sink`.
   */
  output?: { folder: string; format: OutputFormat } | undefined
  /** The project's rate limit, shared by all workers. Default: learned from 429s. */
  rateLimit?: RateLimit | undefined
}

/** The spec as JSON, with sorted keys: equal specs give equal strings. */
export function formatSpec({ model, parameters, output, rateLimit }: RunSpec): string {
  return JSON.stringify(sorted({ model, parameters, output, rateLimit }))
}

export function parseSpec(json: string): RunSpec {
  return JSON.parse(json) as RunSpec
}

/** Hash of what decides the vectors and where they are written; the rate limit may change during a run. */
export function identityOf(spec: RunSpec): string {
  const { rateLimit: _, ...identity } = spec
  return createHash('sha256').update(formatSpec(identity)).digest('hex')
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
