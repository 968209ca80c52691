import type { Embeddings } from '../../embed/embed.js'
import type { EmbedRequest } from '../../embed/read-embed-request.js'
import type { ModelInfo, SupportedParameter } from '../../models/hosted-models.js'
import { inputTooLong } from '../../models/too-long.js'
import type { Truncate } from '../../text/truncate.js'
import { BackendError } from '../backend.js'
import type { Library } from './load-library.js'
import { describeLocal, type LocalModel, type ModelFiles, tryOut } from './local-model.js'
import { loadOnnxModel, type OnnxModel, type ReadRows, type Tokens } from './onnx-model.js'
import { pool, unitVector } from './pool.js'
import type { ModelSettings } from './read-model-settings.js'
import { bareTokens, cut } from './tokens.js'

type Prompts = NonNullable<ModelSettings['prompts']>

/** The prefixes that E5 models were trained with: https://huggingface.co/intfloat/multilingual-e5-large#faq */
const e5Prompts: Prompts = { query: 'query: ', passage: 'passage: ' }
const noPrompts: Prompts = { query: '', passage: '' }

/** An encoder whose token vectors are pooled into one of length 1. */
export async function loadDenseModel(
  library: Library,
  { hosted, path, settings }: ModelFiles,
): Promise<LocalModel<EmbedRequest, Embeddings>> {
  const model = await loadOnnxModel(library, 'AutoModel', path, settings)
  const prompts = settings.prompts ?? (/\be5\b/.test(hosted.model) ? e5Prompts : noPrompts)

  const read: ReadRows<Float64Array> = (values, dims, lengths) =>
    pool(values, dims, lengths, settings.pooling)
  const run = (items: readonly Tokens[], signal?: AbortSignal) =>
    model.run(items, ['last_hidden_state', 'token_embeddings'], read, signal)
  const [trial] = await tryOut(path, () => run([model.tokenize('hello')]))
  const size = trial?.length ?? 0

  return {
    info: describeDense(hosted, settings, size, path),
    async answer({ model: info, texts, parameters }, signal) {
      const prompt = prompts[parameters.input_type as keyof Prompts]
      const truncate = parameters.truncate as Truncate
      const items = texts.map((text, index) => fit(model, info, { text, prompt, index, truncate }))
      const dimension = Number(parameters.dimension ?? info.default_dimension)
      return {
        vectorType: 'dense',
        vectors: (await run(items, signal)).map((vector) => unitVector(vector, dimension)),
        totalTokens: items.reduce((sum, { ids }) => sum + ids.length, 0),
      }
    },
    close: model.close,
  }
}

function fit(
  model: OnnxModel,
  info: ModelInfo,
  { text, prompt, index, truncate }: { text: string; prompt: string; index: number; truncate: Truncate },
): Tokens {
  const tokens = model.tokenize(prompt + text)
  const limit = info.max_sequence_length
  const excess = tokens.ids.length - limit
  if (excess <= 0) return tokens
  if (truncate === 'NONE') throw inputTooLong(info, index, tokens.ids.length, limit)
  const kept = truncate === 'START' && prompt !== '' ? bareTokens(model, prompt.trimEnd()).length : 0
  return cut(tokens, bareTokens(model, prompt + text), { excess, truncate, kept })
}

function describeDense(hosted: ModelInfo, settings: ModelSettings, size: number, path: string): ModelInfo {
  const tooLarge = settings.matryoshka.find((dimension) => dimension > size)
  if (tooLarge !== undefined) {
    throw new BackendError(
      `${path}: matryoshka_dimensions names ${tooLarge}; the model has ${size} dimensions`,
    )
  }
  const dimensions = [...new Set([...settings.matryoshka, size])].sort((left, right) => left - right)
  const byDefault =
    hosted.default_dimension !== undefined && dimensions.includes(hosted.default_dimension)
      ? hosted.default_dimension
      : size
  const local = describeLocal(hosted, settings)
  return {
    ...local,
    short_description: `Dense text embeddings by a local ONNX model (${settings.architecture}, ${settings.pooling} pooling) for texts of up to ${local.max_sequence_length} tokens.`,
    default_dimension: byDefault,
    supported_dimensions: dimensions,
    supported_parameters: [
      ...local.supported_parameters.filter(({ parameter }) => parameter !== 'dimension'),
      ...(dimensions.length > 1 || hosted.supported_parameters.some(isDimension)
        ? [dimensionParameter(dimensions, byDefault)]
        : []),
    ],
  }
}

function isDimension({ parameter }: SupportedParameter): boolean {
  return parameter === 'dimension'
}

function dimensionParameter(dimensions: readonly number[], byDefault: number): SupportedParameter {
  return {
    parameter: 'dimension',
    type: 'one_of',
    value_type: 'integer',
    required: false,
    allowed_values: dimensions,
    default: byDefault,
  }
}
