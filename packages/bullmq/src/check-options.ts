import { PineconeConfigurationError, type RateLimit } from '@pinecone-inference/client'
import { checkOptions, type NamesOf } from '@pinecone-inference/client/adapters'

const PLANS = ['starter', 'builder', 'standard', 'enterprise']

const RATE_LIMIT: NamesOf<RateLimit> = { plan: true, tokensPerMinute: true, requestsPerMinute: true }

/** @throws PineconeConfigurationError for an unknown name or plan, and for a rate that is not a number above 0 */
export function checkRateLimit(rateLimit: RateLimit): void {
  checkOptions(rateLimit, RATE_LIMIT, 'rateLimit', 'rateLimit')
  const { plan, tokensPerMinute, requestsPerMinute } = rateLimit
  if (plan !== undefined && !PLANS.includes(plan)) {
    throw new PineconeConfigurationError('rateLimit.plan', `is ${plan}`, PLANS)
  }
  for (const [name, value] of Object.entries({ tokensPerMinute, requestsPerMinute })) {
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) {
      throw new PineconeConfigurationError(`rateLimit.${name}`, `is ${value}; it must be a number above 0`)
    }
  }
}

/** @throws PineconeConfigurationError for an option that is set but is not a whole number above 0 */
export function checkCounts(options: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
      throw new PineconeConfigurationError(name, `is ${value}; it must be a whole number above 0`)
    }
  }
}

/** @throws PineconeConfigurationError if the address of Redis is missing */
export function checkAddress(redis: string | undefined): void {
  if (typeof redis === 'string' && redis !== '') return
  throw new PineconeConfigurationError('redis', 'must be an address such as redis://127.0.0.1:6379')
}
