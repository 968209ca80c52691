import { brand } from './brand.js'
import { PineconeInferenceError } from './inference-error.js'
import type { Verdict } from './verdict.js'

/**
 * An answer that breaks the contract: not JSON, cut short, too large, the wrong count or type of results, vectors of
 * another length or model than those before. Nothing of it is returned. Thrown after the last retry; if it persists,
 * something between you and the service rewrites answers.
 */
export class PineconeResponseError extends PineconeInferenceError {
  override name = 'PineconeResponseError'
  override readonly verdict: Verdict

  constructor(message: string, { verdict = 'moment' }: { verdict?: Verdict } = {}) {
    super(message)
    this.verdict = verdict
  }
}
brand(PineconeResponseError, 'response')
