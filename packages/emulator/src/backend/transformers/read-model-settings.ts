import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BackendError } from '../backend.js'

export interface ModelSettings {
  /** The model's architecture, such as `bert`. */
  readonly architecture: string
  /** Tokens that the model can read, special ones included. */
  readonly maxTokens: number
  readonly pooling: 'mean' | 'cls'
  /** Shorter dimensions to which a vector may be cut, as the model declares. */
  readonly matryoshka: readonly number[]
  /** Prefix of the texts of each input type, if the folder has one. */
  readonly prompts: { readonly query: string; readonly passage: string } | undefined
  /** Precision of the file to load, by transformers.js's name. */
  readonly dtype: 'fp32' | 'q8'
}

type Json = Readonly<Record<string, unknown>>

const required = ['config.json', 'tokenizer.json', 'tokenizer_config.json']
const weights = [
  { file: 'onnx/model.onnx', dtype: 'fp32' },
  { file: 'onnx/model_quantized.onnx', dtype: 'q8' },
] as const

/** Checks that a model's folder is complete, and reads its files. */
export async function readModelSettings(folder: string): Promise<ModelSettings> {
  const present = new Set<string>()
  for (const file of [...required, ...weights.map(({ file }) => file)]) {
    await access(join(folder, file)).then(
      () => present.add(file),
      () => {},
    )
  }
  const chosen = weights.find(({ file }) => present.has(file))
  const missing = [
    ...required.filter((file) => !present.has(file)),
    ...(chosen ? [] : [weights.map(({ file }) => file).join(' or ')]),
  ]
  if (!chosen || missing.length > 0) {
    throw new BackendError(`The model folder ${folder} is incomplete; missing: ${missing.join(', ')}`)
  }
  const config = await readJson(folder, 'config.json')
  const tokenizer = await readJson(folder, 'tokenizer_config.json')
  return {
    architecture: String(config.model_type ?? 'unknown'),
    maxTokens: Math.min(size(tokenizer.model_max_length), positions(config)),
    pooling: await readPooling(folder),
    matryoshka: readMatryoshka(config, join(folder, 'config.json')),
    prompts: await readPrompts(folder),
    dtype: chosen.dtype,
  }
}

/** As sentence-transformers writes it; mean if the file is missing. */
async function readPooling(folder: string): Promise<ModelSettings['pooling']> {
  const file = '1_Pooling/config.json'
  const pooling = await readJson(folder, file, {})
  const modes = Object.entries(pooling).filter(
    ([name, on]) => name.startsWith('pooling_mode_') && on === true,
  )
  const [mode = 'pooling_mode_mean_tokens', another] = modes.map(([name]) => name)
  if (another === undefined && mode === 'pooling_mode_mean_tokens') return 'mean'
  if (another === undefined && mode === 'pooling_mode_cls_token') return 'cls'
  const asked = modes.map(([name]) => name).join(', ')
  throw new BackendError(
    `${join(folder, file)} asks for ${asked}; only pooling_mode_mean_tokens or pooling_mode_cls_token is possible`,
  )
}

function readMatryoshka({ matryoshka_dimensions: declared = [] }: Json, file: string): number[] {
  if (!Array.isArray(declared) || !declared.every((value) => Number.isInteger(value) && value > 0)) {
    throw new BackendError(`${file}: matryoshka_dimensions must be a list of whole numbers above 0`)
  }
  return declared as number[]
}

/** As sentence-transformers writes it, for models that expect a prefix before each text. */
async function readPrompts(folder: string): Promise<ModelSettings['prompts']> {
  const { prompts } = await readJson(folder, 'config_sentence_transformers.json', {})
  if (typeof prompts !== 'object' || prompts === null) return undefined
  const { query, passage, document } = prompts as Json
  if (query === undefined && passage === undefined && document === undefined) return undefined
  return { query: String(query ?? ''), passage: String(passage ?? document ?? '') }
}

/** RoBERTa and related models number positions from after the padding's id, so the first ones are never used. */
const shiftedPositions = ['roberta', 'xlm-roberta', 'camembert', 'mpnet']

function positions({ model_type, max_position_embeddings, pad_token_id = 1 }: Json): number {
  const unused = shiftedPositions.includes(String(model_type)) ? Number(pad_token_id) + 1 : 0
  return size(max_position_embeddings) - unused
}

function size(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : Number.POSITIVE_INFINITY
}

async function readJson(folder: string, file: string, whenMissing?: Json): Promise<Json> {
  const path = join(folder, file)
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
    throw new Error('it does not hold an object')
  } catch (error) {
    if (whenMissing && (error as NodeJS.ErrnoException).code === 'ENOENT') return whenMissing
    throw new BackendError(
      `${path} cannot be read as JSON: ${error instanceof Error ? error.message : error}`,
      {
        cause: error,
      },
    )
  }
}
