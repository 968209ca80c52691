import { APICallError, InvalidArgumentError, LoadAPIKeyError } from '@ai-sdk/provider'
import {
  PineconeApiError,
  PineconeConfigurationError,
  PineconeInferenceError,
} from '@pinecone-inference/client'
import type { SdkCall } from './sdk-call.js'

/**
 * The SDK's error for a failure, which becomes its `cause`. Aborts, and errors that are not the client's, are returned
 * unchanged: the SDK recognises an abort by the name of its reason.
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
    // The client has already retried. The SDK's retries would multiply that, and embed finished texts again; they are
    // for a client that does not retry.
    isRetryable: call.leavesRetriesToSdk && error.verdict === 'moment',
    ...(error instanceof PineconeApiError ? { data: { code: error.code, details: error.details } } : {}),
    cause: error,
  })
}

/** Runs a check; throws the SDK's error for an argument that it refuses. */
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
      ? `inputType is required by ${modelId}: 'passage' for texts to be searched, 'query' for texts to search with. ` +
        `Write pinecone.embedding('${modelId}', { inputType: 'passage' }), or providerOptions: { pinecone: { inputType: 'query' } }`
      : `${argument}${error.message.slice(error.argument.length)}`
  return new InvalidArgumentError({ argument, message, cause: error })
}

/** The SDK's name for an argument of the client. */
function nameInSdk(argument: string): string {
  return argument.replace(/^inputs\b/, 'values').replace(/^parameters\.(inputType|dimension|truncate)$/, '$1')
}
