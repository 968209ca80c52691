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

/** The calls to make for every text: one per model. */
export async function callsToMake(
  options: CallOptions,
  format: OutputFormat,
  client: PineconeInference,
  signal: AbortSignal,
): Promise<EmbedCall[]> {
  const { inputType, dimension, truncate } = options
  const shared: EmbedParameters = { inputType, ...(truncate === undefined ? {} : { truncate }) }
  const calls: EmbedCall[] = []
  for (const wanted of modelsWanted(options)) {
    const { option, model } = wanted
    calls.push({
      model,
      vectorType: vectorTypeOf(hostedModel(model) ?? (await client.getModel(model, { signal })), wanted),
      parameters: option === '--model' && dimension !== undefined ? { ...shared, dimension } : shared,
      // Parquet holds 32-bit floats anyway.
      encoding: format === 'parquet' ? 'float32' : 'number',
    })
  }
  return calls
}

/** Refuses options that are known not to fit a model, without asking the service. */
export function refuseKnownMisfits(options: CallOptions): void {
  const { dimension, truncate } = options
  for (const wanted of modelsWanted(options)) {
    const { option, model } = wanted
    const facts = hostedModel(model)
    if (!facts) continue
    const vectorType = vectorTypeOf(facts, wanted)
    if (option === '--model' && dimension !== undefined) {
      if (vectorType === 'sparse') {
        throw new PineconeConfigurationError('--dimension', `does not apply to the sparse model ${model}`)
      }
      refuseOther('--dimension', dimension, facts.dimensions, model)
    }
    if (truncate !== undefined) refuseOther('--truncate', truncate, facts.oneOf.truncate, model)
  }
}

function refuseOther(
  option: string,
  value: string | number,
  allowed: readonly (string | number)[] | undefined,
  model: string,
): void {
  if (!allowed || allowed.includes(value)) return
  throw new PineconeConfigurationError(option, `is ${value}, which ${model} does not accept`, allowed)
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
  const advice =
    option === '--model'
      ? '--sparse-model needs a --model that makes dense ones'
      : 'give a model that makes sparse ones'
  throw new PineconeConfigurationError(
    option,
    type === 'embed' ? `${model} makes ${vectorType} vectors; ${advice}` : `${model} does not embed texts`,
  )
}
