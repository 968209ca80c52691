import type { Survey } from './survey-input.js'

/** A token of English has some four bytes. */
const BYTES_PER_TOKEN = 4
/** Inputs that a request to a hosted model may hold. */
const INPUTS_PER_REQUEST = 96

export interface Estimate {
  /** For all models together. */
  readonly tokens: number
  readonly requests: number
  /** Seconds that the budget alone takes; undefined without one. */
  readonly seconds: number | undefined
}

/** What a job will take, roughly. The budget is per model, and models work side by side. */
export function estimate(
  { records, bytes, empty }: Survey,
  models: number,
  tokensPerMinute: number | undefined,
): Estimate {
  const perModel = Math.ceil(bytes / BYTES_PER_TOKEN)
  return {
    tokens: perModel * models,
    requests: Math.ceil((records - empty) / INPUTS_PER_REQUEST) * models,
    seconds: tokensPerMinute === undefined ? undefined : (perModel / tokensPerMinute) * 60,
  }
}
