import {
  all,
  atATime,
  bucket,
  burst,
  fixedWindow,
  outage,
  random,
  type Service,
  slidingWindow,
} from './services.js'
import { type Hint, type Job, type Outcome, requests, simulate } from './simulate.js'

/** A job's requests: their tokens, how many, and the service's tokens a second, so that the limit is felt. */
export interface Size {
  readonly tokens: number
  readonly count: number
  readonly perSecond: number
}

export const SIZES: readonly Size[] = [
  { tokens: 200, count: 3000, perSecond: 250_000 / 60 },
  { tokens: 2_000, count: 1000, perSecond: 20_000 },
  { tokens: 7_000, count: 400, perSecond: 20_000 },
  { tokens: 15_000, count: 400, perSecond: 20_000 },
]

export interface Kind {
  readonly name: string
  readonly make: (size: Size) => Service
  /** Whether a limit can be told. */
  readonly isLimit: boolean
  readonly family: 'bucket' | 'window' | 'other'
}

export const KINDS: readonly Kind[] = [
  ...[2, 10, 60].flatMap((depth) =>
    [1, 0].map(
      (fill): Kind => ({
        name: `bucket ${depth} s, ${fill ? 'full' : 'empty'}`,
        make: ({ perSecond }) => bucket(perSecond, depth, fill),
        isLimit: true,
        family: 'bucket',
      }),
    ),
  ),
  {
    name: 'fixed minute, aligned',
    make: ({ perSecond }) => fixedWindow(perSecond, 60),
    isLimit: true,
    family: 'window',
  },
  {
    name: 'fixed minute, begun',
    make: ({ perSecond }) => fixedWindow(perSecond, 60, 25),
    isLimit: true,
    family: 'window',
  },
  {
    name: 'fixed minute, spent',
    make: ({ perSecond }) => fixedWindow(perSecond, 60, 25, 1),
    isLimit: true,
    family: 'window',
  },
  {
    name: 'sliding minute',
    make: ({ perSecond }) => slidingWindow(perSecond, 60),
    isLimit: true,
    family: 'window',
  },
  {
    name: 'sliding minute, spent',
    make: ({ perSecond }) => slidingWindow(perSecond, 60, 1),
    isLimit: true,
    family: 'window',
  },
  {
    name: 'fixed second',
    make: ({ perSecond }) => fixedWindow(perSecond, 1),
    isLimit: true,
    family: 'other',
  },
  ...[1, 5, 10, 20, 30].map(
    (share): Kind => ({
      name: `random ${share} %`,
      make: () => random(share / 100),
      isLimit: false,
      family: 'other',
    }),
  ),
  { name: 'burst at 0 s', make: () => burst(0, 0.4), isLimit: false, family: 'other' },
  { name: 'burst at 2 s', make: () => burst(2, 2.35), isLimit: false, family: 'other' },
  { name: '20 s of 429s', make: () => outage(5, 25, false), isLimit: false, family: 'other' },
  ...[1, 2, 4].map(
    (most): Kind => ({
      name: `${most} at a time`,
      make: () => atATime(most),
      isLimit: false,
      family: 'other',
    }),
  ),
  {
    name: '4 at a time, half on the way',
    make: () => atATime(4, 0.5),
    isLimit: false,
    family: 'other',
  },
  {
    name: 'Pinecone as documented',
    make: ({ perSecond }) =>
      all(
        [bucket(perSecond, 60), 'amount'],
        [fixedWindow(100, 1), 'requests'],
        [fixedWindow(2000 / 60, 60), 'requests'],
      ),
    isLimit: true,
    family: 'bucket',
  },
]

export interface Cell {
  readonly kind: Kind
  readonly size: Size
  readonly told: number
  readonly hint: Hint
  readonly latency: number
  readonly estimatesOff: number
}

/** All kinds by all sizes and configured limits, with the usual conditions; then each condition by itself. */
export function cells(): Cell[] {
  const base = { hint: 'whole seconds', latency: 300, estimatesOff: 0 } as const
  const result: Cell[] = []
  for (const kind of KINDS) {
    for (const size of SIZES) {
      const latency = size.tokens === 200 ? 100 : 300
      for (const told of kind.isLimit ? [0, 1, 2, 10] : [0])
        result.push({ ...base, kind, size, told, latency })
    }
    const size = SIZES[2] as Size
    for (const told of kind.isLimit ? [0, 1] : [0]) {
      for (const hint of ['exact', 'absent'] as const) result.push({ ...base, kind, size, told, hint })
      for (const latency of [30, 2000]) result.push({ ...base, kind, size, told, latency })
      result.push({ ...base, kind, size, told, estimatesOff: 0.2 })
    }
  }
  return result
}

export function jobOf({ kind, size, told, hint, latency, estimatesOff }: Cell): Job {
  return {
    service: () => kind.make(size),
    amounts: requests(size.count, size.tokens),
    latency,
    hint,
    estimatesOff,
    ...(told ? { rateLimit: { tokensPerMinute: told * size.perSecond * 60 } } : {}),
  }
}

/** The usual conditions, with a user's queries next to the job: of its model and input type, counted with it. */
export function jobBesideQueries(kind: Kind, told: number): Job {
  const size = SIZES[2] as Size
  const job = jobOf({ kind, size, told, hint: 'whole seconds', latency: 300, estimatesOff: 0 })
  return { ...job, live: { perSecond: 5, amount: 20, seconds: 120 } }
}

/** What is aimed at: the time over the ideal, and the share refused. */
export function target({ kind, told }: Cell): { over: number; refused: number } | undefined {
  if (kind.family === 'bucket')
    return told === 1 ? { over: 1.05, refused: 0.03 } : { over: 1.1, refused: 0.05 }
  if (kind.family === 'window')
    return told === 1 ? { over: 1.25, refused: 0.03 } : { over: 1.1, refused: 0.1 }
  if (kind.name === 'random 1 %') return { over: 1.3, refused: 1 }
  if (kind.name.startsWith('random')) return { over: 2, refused: 1 }
  if (kind.name.includes('at a time')) return { over: 1.4, refused: 0.1 }
  return undefined
}

export async function runCell(cell: Cell): Promise<Outcome & { over: number; share: number }> {
  const outcome = await simulate(jobOf(cell))
  return { ...outcome, over: outcome.took / outcome.ideal, share: outcome.refused / outcome.sent }
}
