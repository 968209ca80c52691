import { PineconeConfigurationError, type RateLimit } from '@pinecone-inference/client'

const PLANS = ['starter', 'builder', 'standard', 'enterprise']

/** @throws PineconeConfigurationError for an unknown plan, and for a rate that is not a number above 0 */
export function checkRateLimit({ plan, tokensPerMinute, requestsPerMinute }: RateLimit): void {
  if (plan !== undefined && !PLANS.includes(plan)) {
    throw new PineconeConfigurationError('rateLimit.plan', `is ${plan}`, PLANS)
  }
  for (const [name, value] of Object.entries({ tokensPerMinute, requestsPerMinute })) {
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) {
      throw new PineconeConfigurationError(`rateLimit.${name}`, `is ${value}; it must be a number above 0`)
    }
  }
}

/** @throws PineconeConfigurationError for an option that is set and not a whole number above 0 */
export function checkCounts(options: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
      throw new PineconeConfigurationError(name, `is ${value}; it must be a whole number above 0`)
    }
  }
}
