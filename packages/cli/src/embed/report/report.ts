import { basename } from 'node:path'
import { partOf } from '@pinecone-inference/files'

/** The progress of a job. */
export interface Progress {
  /** Records that are done, including those of earlier runs. */
  readonly done: number
  /** Records in all; undefined for the standard input. */
  readonly total: number | undefined
  /** Records, of those done, that could not be embedded. */
  readonly failed: number
  /** Tokens that the service counted, including those of earlier runs. */
  readonly tokens: number
  /** Recent records per second; undefined at the beginning. */
  readonly perSecond: number | undefined
  /** Seconds until the end at that rate. */
  readonly secondsLeft: number | undefined
}

/** What a job has done, including earlier runs. */
export interface Result {
  readonly output: string
  /** Files that the records are in, of which `output` is the first; default 1. */
  readonly parts?: number | undefined
  readonly embedded: number
  readonly failed: number
  readonly failedOutput?: string
  /** Records that the output had already. */
  readonly unchanged?: number
  /** Records in the index of which only the metadata was new. */
  readonly updated?: number | undefined
  /** Records that were in the output and are not in the input any more: deleted, and left there. */
  readonly deleted?: number | undefined
  readonly gone?: readonly string[] | undefined
  /** Tokens counted by the service, by model. */
  readonly tokens: Readonly<Record<string, number>>
  /** Duration of this run. */
  readonly seconds: number
}

/** Shows the progress and the result of a job. */
export interface Report {
  progress(progress: Progress): void
  /** Prints a line. */
  say(message: string): void
  fail(message: string): void
  finish(result: Result): void
  end(): void
}

/** `12,345`. `toLocaleString` would take 30 ms to load its languages. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 record`, `1,000 records`. */
export function countRecords(number: number): string {
  return counted(number, 'record')
}

/** `1 file`, `1,000 files`. */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`
}

/** `42 s`, `5 min 12 s`, `3 h 4 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${count(Math.floor(whole / 3600))} h ${Math.floor((whole % 3600) / 60)} min`
}

/** `2 failed, 56,789 tokens, 120/s, 3 min 4 s left`. */
export function figures({ failed, tokens, perSecond, secondsLeft }: Progress): string {
  return [
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    `${count(tokens)} tokens`,
    ...(perSecond === undefined ? [] : [`${count(Math.round(perSecond))}/s`]),
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
  ].join(', ')
}

function listed(ids: readonly string[]): string {
  return `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ' …' : ''}`
}

/** `Embedded 1,000 records into out.parquet in 12 s: 56,789 tokens of llama-text-embed-v2.` */
export function sentences(result: Result): string[] {
  const {
    output,
    parts = 1,
    embedded,
    failed,
    failedOutput,
    unchanged = 0,
    updated = 0,
    deleted = 0,
    gone = [],
    tokens,
    seconds,
  } = result
  const cost = Object.entries(tokens).map(([model, spent]) => `${count(spent)} tokens of ${model}`)
  const upTo = parts > 1 ? ` to ${basename(partOf(output, parts - 1))}` : ''
  const where = output === '-' ? '' : ` into ${output}${upTo}`
  return [
    `Embedded ${countRecords(embedded)}${where} in ${duration(seconds)}` +
      `${cost.length > 0 ? `: ${cost.join(', ')}` : ''}.`,
    ...(updated > 0
      ? [`Updated the metadata of ${countRecords(updated)}, with the vectors of the index.`]
      : []),
    ...(unchanged > 0 ? [`${countRecords(unchanged)} had not changed.`] : []),
    ...(deleted > 0 ? [`Deleted ${countRecords(deleted)} that the input no longer has.`] : []),
    ...(gone.length > 0
      ? [
          `Left ${countRecords(gone.length)} that the input no longer has: ${listed(gone)}; --cleanup full deletes them.`,
        ]
      : []),
    ...(failed > 0
      ? [`${count(failed)} failed${failedOutput ? `; the reasons are in ${failedOutput}` : ''}.`]
      : []),
  ]
}
