import { brand, type InputRange, PineconeInferenceError, type Verdict } from './inference-error.js'

/**
 * An invalid option or argument. Thrown before any embed or rerank request is sent: correct the argument named by
 * `argument`.
 */
export class PineconeConfigurationError extends PineconeInferenceError {
  override name = 'PineconeConfigurationError'
  /** `'input'` if one of the inputs is at fault, which `inputRange` then names; otherwise `'setup'`. */
  override readonly verdict: Verdict

  /** The option or argument at fault, as written in the call: `parameters.dimension`, `inputs[3]`. */
  readonly argument: string

  /** The allowed values, if they form a list. */
  readonly allowed: readonly (string | number)[] | undefined

  constructor(
    argument: string,
    problem: string,
    allowed?: readonly (string | number)[],
    { verdict = 'setup', ...options }: ErrorOptions & { verdict?: Verdict } = {},
  ) {
    super(`${argument} ${problem}${allowed ? `; allowed: ${allowed.join(', ')}` : ''}`, options)
    this.argument = argument
    this.allowed = allowed
    this.verdict = verdict
  }
}
brand(PineconeConfigurationError, 'configuration')

/**
 * The error for input (or document) number `index` of a call; `argument` names it: `inputs[3]`, `documents[3].text`.
 */
export function refusedInput(
  argument: string,
  problem: string,
  index: number,
  options: ErrorOptions = {},
): RefusedInput {
  const error = new PineconeConfigurationError(argument, problem, undefined, { ...options, verdict: 'input' })
  const inputRange: InputRange = [index, index + 1]
  return Object.assign(error, { inputRange })
}

export type RefusedInput = PineconeConfigurationError & { inputRange: InputRange }
