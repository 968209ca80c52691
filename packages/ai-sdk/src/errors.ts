import { APICallError, InvalidArgumentError, LoadAPIKeyError } from '@ai-sdk/provider'
import {
  PineconeApiError,
  PineconeConfigurationError,
  PineconeInferenceError,
} from '@pinecone-inference/client'
import type { SdkCall } from './sdk-call.js'

/**
 * The SDK's error for what a call failed with, which it has as `cause`. An abort, and what is not the client's, stays as
 * it is: the SDK knows an abort by the name of its reason.
 */
export function sdkError(error: unknown, call: SdkCall): unknown {
  if (!(error instanceof PineconeInferenceError)) return error
  if (call.abortSignal?.aborted && call.abortSignal.reason === error) return error
  if (error instanceof PineconeConfigurationError) return argumentError(error, call.modelId)
  const status = error instanceof PineconeApiError ? error.status : undefined
  return new APICallError({
    message: error.message,
    url: call.url,
    requestBodyValues: { model: call.modelId, ...call.parameters },
    ...(status === undefined ? {} : { statusCode: status, ...call.responseWith(status) }),
    // The client has tried again as often as it may: the SDK's retries would multiply its own, and embed once more what
    // is finished. They are for a client that is told not to retry.
    isRetryable: call.leavesRetriesToSdk && error.verdict === 'moment',
    ...(error instanceof PineconeApiError ? { data: { code: error.code, details: error.details } } : {}),
    cause: error,
  })
}

/** Runs what may refuse an argument, and gives the SDK's error for it. */
export function argumentErrors<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof PineconeConfigurationError ? argumentError(error) : error
  }
}

function argumentError(error: PineconeConfigurationError, modelId?: string): Error {
  if (error.argument === 'apiKey') {
    const missing = new LoadAPIKeyError({ message: error.message })
    return Object.defineProperty(missing, 'cause', { value: error, configurable: true, writable: true })
  }
  const argument = nameInSdk(error.argument)
  const message =
    argument === 'inputType' && modelId !== undefined && error.message.includes('is required')
      ? `inputType is required by ${modelId}: 'passage' for what is searched, 'query' for what it is searched with. ` +
        `Write pinecone.embedding('${modelId}', { inputType: 'passage' }), or providerOptions: { pinecone: { inputType: 'query' } }`
      : `${argument}${error.message.slice(error.argument.length)}`
  return new InvalidArgumentError({ argument, message, cause: error })
}

/** The client's names for what the SDK's caller has given. */
function nameInSdk(argument: string): string {
  return argument.replace(/^inputs\b/, 'values').replace(/^parameters\.(inputType|dimension|truncate)$/, '$1')
}
