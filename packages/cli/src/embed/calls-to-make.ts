import {
  type EmbedParameters,
  hostedModel,
  PineconeConfigurationError,
  type PineconeInference,
} from '@pinecone-inference/client'
import type { OutputFormat } from '@pinecone-inference/files'
import type { EmbedCall } from './embed-job.js'

export interface CallOptions {
  readonly model: string
  readonly sparseModel?: string
  readonly inputType: string
  readonly dimension?: number
  readonly truncate?: string
}

/** The models that every text is sent to, and how. */
export async function callsToMake(
  options: CallOptions,
  format: OutputFormat,
  client: PineconeInference,
): Promise<EmbedCall[]> {
  const { model, sparseModel, inputType, dimension, truncate } = options
  // Parquet holds 32 bits anyway.
  const encoding = format === 'parquet' ? 'float32' : 'number'
  const shared: EmbedParameters = { inputType, ...(truncate === undefined ? {} : { truncate }) }
  const first = {
    model,
    vectorType: await vectorTypeOf(model, client),
    parameters: { ...shared, ...(dimension === undefined ? {} : { dimension }) },
    encoding,
  } as const
  if (sparseModel === undefined) return [first]
  const second = {
    model: sparseModel,
    vectorType: await vectorTypeOf(sparseModel, client),
    parameters: shared,
    encoding,
  } as const
  if (first.vectorType !== 'dense' || second.vectorType !== 'sparse') {
    throw new PineconeConfigurationError(
      '--sparse-model',
      `goes with a dense --model; ${model} is ${first.vectorType}, ${sparseModel} is ${second.vectorType}`,
    )
  }
  return [first, second]
}

async function vectorTypeOf(model: string, client: PineconeInference): Promise<'dense' | 'sparse'> {
  const { type, vectorType } = hostedModel(model) ?? (await client.getModel(model))
  if (type === 'embed' && (vectorType === 'dense' || vectorType === 'sparse')) return vectorType
  throw new PineconeConfigurationError('--model', `${model} embeds no texts`)
}
