import type { Survey } from '../input/survey-input.js'
import { estimate, type TokenTally } from './estimate.js'
import { count, duration } from './report.js'

export interface DryRun {
  readonly survey: Survey
  /** One per model. */
  readonly tallies: readonly TokenTally[]
  readonly tokensPerMinute: number | undefined
  readonly json: boolean
}

/** Prints an estimate of a run to the standard output. */
export function tellEstimate({ survey, tallies, tokensPerMinute, json }: DryRun): void {
  const { tokens, requests, seconds } = estimate(tallies, tokensPerMinute)
  const { records, empty, unchanged, bytes } = survey
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ event: 'estimate', records, empty, unchanged, bytes, tokens, requests, seconds })}\n`,
    )
    return
  }
  const time =
    seconds === undefined
      ? 'unknown without --tokens-per-minute'
      : `about ${duration(seconds)} at ${count(tokensPerMinute ?? 0)} tokens a minute`
  const models = tallies.map(({ model }) => model).join(' and ')
  const cut = Math.max(...tallies.map((tally) => tally.cut))
  const how = `four bytes each${cut > 0 ? `, ${count(cut)} texts cut to the model’s limit` : ''}`
  process.stdout.write(
    `Records   ${count(records)}${empty > 0 ? `, ${count(empty)} of them without text` : ''}\n` +
      `${unchanged > 0 ? `Unchanged ${count(unchanged)}, not embedded again\n` : ''}` +
      `Tokens    about ${count(tokens)} (${how}), ${models}\n` +
      `Requests  ${count(requests)}\n` +
      `Time      ${time}\n` +
      'Nothing was sent.\n',
  )
}
