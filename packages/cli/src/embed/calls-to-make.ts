import {
  type EmbedParameters,
  hostedModel,
  type ModelInfo,
  PineconeConfigurationError,
  type PineconeInference,
} from '@pinecone-inference/client'
import type { OutputFormat } from '@pinecone-inference/files'
import type { EmbedCall } from './embed-job.js'

export interface CallOptions extends ModelOptions {
  readonly inputType: string
  readonly dimension?: number
  readonly truncate?: string
}

interface ModelOptions {
  readonly model: string
  readonly sparseModel?: string
}

/** The models that every text is sent to, and how. */
export async function callsToMake(
  options: CallOptions,
  format: OutputFormat,
  client: PineconeInference,
): Promise<EmbedCall[]> {
  const { inputType, dimension, truncate } = options
  const shared: EmbedParameters = { inputType, ...(truncate === undefined ? {} : { truncate }) }
  const calls: EmbedCall[] = []
  for (const wanted of modelsWanted(options)) {
    const { option, model } = wanted
    calls.push({
      model,
      vectorType: vectorTypeOf(hostedModel(model) ?? (await client.getModel(model)), wanted),
      parameters: option === '--model' && dimension !== undefined ? { ...shared, dimension } : shared,
      // Parquet holds 32 bits anyway.
      encoding: format === 'parquet' ? 'float32' : 'number',
    })
  }
  return calls
}

/** Refuses a model that is known, without asking the service, not to do what its option asks of it. */
export function refuseKnownMisfits(options: ModelOptions): void {
  for (const wanted of modelsWanted(options)) {
    const facts = hostedModel(wanted.model)
    if (facts) vectorTypeOf(facts, wanted)
  }
}

type VectorType = EmbedCall['vectorType']

interface Wanted {
  readonly option: '--model' | '--sparse-model'
  readonly model: string
  readonly makes: readonly VectorType[]
}

function modelsWanted({ model, sparseModel }: ModelOptions): Wanted[] {
  if (sparseModel === undefined) return [{ option: '--model', model, makes: ['dense', 'sparse'] }]
  return [
    { option: '--model', model, makes: ['dense'] },
    { option: '--sparse-model', model: sparseModel, makes: ['sparse'] },
  ]
}

function vectorTypeOf(
  { type, vectorType }: Pick<ModelInfo, 'type' | 'vectorType'>,
  { option, model, makes }: Wanted,
): VectorType {
  const found = makes.find((one) => one === vectorType)
  if (found) return found
  throw new PineconeConfigurationError(
    option,
    type === 'embed'
      ? `${model} makes ${vectorType} vectors; --sparse-model goes beside a --model with dense ones`
      : `${model} embeds no texts`,
  )
}
