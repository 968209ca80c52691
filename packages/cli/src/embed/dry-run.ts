import { estimate } from './estimate.js'
import { count, duration } from './report/report.js'
import type { Survey } from './survey-input.js'

export interface DryRun {
  readonly survey: Survey
  readonly models: readonly string[]
  readonly tokensPerMinute: number | undefined
  readonly json: boolean
}

/** Says what a run would take, on the standard output. */
export function tellEstimate({ survey, models, tokensPerMinute, json }: DryRun): void {
  const { tokens, requests, seconds } = estimate(survey, models.length, tokensPerMinute)
  const { records, empty, bytes } = survey
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ event: 'estimate', records, empty, bytes, tokens, requests, seconds })}\n`,
    )
    return
  }
  const time =
    seconds === undefined
      ? 'unknown without --tokens-per-minute'
      : `about ${duration(seconds)} at ${count(tokensPerMinute ?? 0)} tokens a minute`
  process.stdout.write(
    `Records   ${count(records)}${empty > 0 ? `, ${count(empty)} of them without text` : ''}\n` +
      `Tokens    about ${count(tokens)} (four bytes each), ${models.join(' and ')}\n` +
      `Requests  ${count(requests)}\n` +
      `Time      ${time}\n` +
      'Nothing was sent.\n',
  )
}
