import {
  PineconeApiError,
  PineconeAuthenticationError,
  PineconeConfigurationError,
  PineconeInvalidRequestError,
  PineconeQuotaError,
} from '@pinecone-inference/client'

/**
 * What an embed error is about: these records, which the service will never take; every job alike, so that it
 * is no use to begin another; or a moment that passes.
 */
export function judgeError(error: unknown): 'records' | 'every job' | 'moment' {
  if (error instanceof PineconeConfigurationError) return 'every job'
  if (error instanceof PineconeAuthenticationError) return 'every job'
  if (error instanceof PineconeApiError && error.status === 404) return 'every job'
  if (error instanceof PineconeQuotaError) return 'every job'
  return error instanceof PineconeInvalidRequestError ? 'records' : 'moment'
}
