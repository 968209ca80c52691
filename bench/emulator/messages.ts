import type { EmulatorOptions } from '@pinecone-inference/emulator'

/** What can be told to another process: no functions. */
export type SeparateOptions = Pick<EmulatorOptions, 'rateLimit' | 'errorRate' | 'faults' | 'seed'> & {
  readonly latency?: { readonly distribution: 'uniform'; readonly min: number; readonly max: number }
}

/** How often each status was sent; `none` where the connection ended before a status was. */
export type Statuses = Readonly<Record<string, number>>

/** What an emulator has answered since it started. */
export interface Answered {
  readonly requests: number
  readonly byStatus: Statuses
  readonly byFault: Readonly<Record<string, number>>
  /** Milliseconds from the first request to the end of each answer, and the tokens counted for it, 0 for a refused one. */
  readonly course: readonly { readonly at: number; readonly tokens: number }[]
}

export type FromEmulator =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'answered'; readonly answered: Answered }
