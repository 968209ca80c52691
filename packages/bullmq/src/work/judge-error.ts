import { PineconeInferenceError } from '@pinecone-inference/client'

/**
 * What an embed error is about, by the client's verdict: these records, which the service will never take; every job
 * alike, so that it is no use to begin another; or a moment that passes, as what is not the client's is taken for.
 */
export function judgeError(error: unknown): 'records' | 'every job' | 'moment' {
  if (!(error instanceof PineconeInferenceError) || error.verdict === 'moment') return 'moment'
  return error.verdict === 'input' ? 'records' : 'every job'
}
