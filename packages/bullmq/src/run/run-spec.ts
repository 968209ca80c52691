import { createHash } from 'node:crypto'
import type { EmbedParameters, RateLimit } from '@pinecone-inference/client'
import type { OutputFormat } from '@pinecone-inference/files'

/** What all workers of a run have to agree on. It is kept in Redis, so none of them has to be told. */
export interface RunSpec {
  /** The embed model. */
  model: string
  /** As the client's: `inputType`, `truncate`, `dimension` … */
  parameters?: EmbedParameters | undefined
  /**
   * Where part files go: a folder that all workers and the coordinator have, at the same path. Without it each
   * worker hands its records to its own `sink`.
   */
  output?: { folder: string; format: OutputFormat } | undefined
  /** The project's budget, shared by all workers. Default: learned from 429s. */
  rateLimit?: RateLimit | undefined
}

/** The spec as JSON, the same for the same spec. */
export function formatSpec({ model, parameters, output, rateLimit }: RunSpec): string {
  return JSON.stringify(sorted({ model, parameters, output, rateLimit }))
}

export function parseSpec(json: string): RunSpec {
  return JSON.parse(json) as RunSpec
}

/** What decides the vectors and where they go; the budget may change while a run goes on. */
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
