import { type EmbedParameters, type Encoding, hostedModel } from '@pinecone-inference/client'
import type { JsonlLayout, OutputFormat, ReadOptions, VectorColumns } from '@pinecone-inference/files'

/** One model that every text is sent to. */
export interface EmbedCall {
  readonly model: string
  readonly vectorType: 'dense' | 'sparse'
  readonly parameters: EmbedParameters
  readonly encoding: Encoding
}

/** What to embed, how, and where to. */
export interface EmbedJob {
  readonly inputs: readonly string[]
  /** What the records of earlier runs call the inputs; default: their paths. */
  readonly inputName: string | undefined
  readonly read: ReadOptions
  readonly calls: readonly EmbedCall[]
  /** Where the vectors come from: the service's address, or the offline stand-ins. */
  readonly service: string
  readonly output: string
  /** Bytes after which a part of the output is followed by another; infinite for a single file. */
  readonly partBytes: number
  readonly format: OutputFormat
  /** The layout of JSONL. */
  readonly layout: JsonlLayout
}

export function vectorsOf({ calls }: EmbedJob): VectorColumns {
  const has = (type: EmbedCall['vectorType']) => calls.some(({ vectorType }) => vectorType === type)
  return { dense: has('dense'), sparse: has('sparse') }
}

/** Length of the dense vectors; undefined without any, and if neither `--dimension` nor the table of models gives it. */
export function dimensionOf({ calls }: EmbedJob): number | undefined {
  const dense = calls.find(({ vectorType }) => vectorType === 'dense')
  return dense && (dense.parameters.dimension ?? hostedModel(dense.model)?.defaultDimension)
}

/** The settings that decide the vectors. */
export const VECTOR_SETTINGS = [
  '--model',
  '--sparse-model',
  '--input-type',
  '--dimension',
  '--truncate',
  'service (--offline or PINECONE_INFERENCE_URL)',
] as const

export function settingsOfCalls({
  calls,
  service,
}: EmbedJob): Record<(typeof VECTOR_SETTINGS)[number], unknown> {
  const [first, second] = calls
  return {
    '--model': first?.model,
    '--sparse-model': second?.model,
    '--input-type': first?.parameters.inputType,
    '--dimension': first?.parameters.dimension,
    '--truncate': first?.parameters.truncate,
    'service (--offline or PINECONE_INFERENCE_URL)': service,
  }
}
