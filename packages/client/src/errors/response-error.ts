import { PineconeInferenceError } from './inference-error.js'

/**
 * An answer that breaks the contract: not JSON, cut short, too large, the wrong count or type of results.
 * Nothing of it is returned. If it persists, something between you and the service rewrites answers.
 */
export class PineconeResponseError extends PineconeInferenceError {
  override name = 'PineconeResponseError'
}
