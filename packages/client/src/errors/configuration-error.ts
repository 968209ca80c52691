import { PineconeInferenceError } from './inference-error.js'

/**
 * An option or argument that cannot work. Thrown before any embed or rerank request is sent:
 * correct the argument named by `argument`.
 */
export class PineconeConfigurationError extends PineconeInferenceError {
  override name = 'PineconeConfigurationError'

  /** The option or argument at fault, as it is written in the call: `parameters.dimension`, `inputs[3]`. */
  readonly argument: string

  /** What the argument may be, where that is a list. */
  readonly allowed: readonly (string | number)[] | undefined

  constructor(argument: string, problem: string, allowed?: readonly (string | number)[]) {
    super(`${argument} ${problem}${allowed ? `; allowed: ${allowed.join(', ')}` : ''}`)
    this.argument = argument
    this.allowed = allowed
  }
}
