import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PreTrainedModel, PreTrainedTokenizer, Tensor } from '@huggingface/transformers'
import { BackendError } from '../backend.js'
import type { Library } from './load-library.js'
import type { ModelSettings } from './read-model-settings.js'

/** Texts, or pairs, run through a model at a time: more would only take more memory. */
const batchSize = 16

/** One text, or a query and a document, as the model reads it, special tokens included. */
export interface Tokens {
  readonly ids: readonly number[]
  /** Which of the two texts a token belongs to, for models that need it. */
  readonly types?: readonly number[] | undefined
}

/** A model with its tokenizer, in memory. */
export interface OnnxModel {
  readonly tokenizer: PreTrainedTokenizer
  /** Ids and types of a text or a pair, with special tokens. */
  tokenize(text: string, pair?: string): Tokens
  /** Runs all items. Returns each one's row of the first of these outputs that exists, with its attention mask. */
  run<Row>(
    items: readonly Tokens[],
    outputs: readonly string[],
    read: ReadRows<Row>,
    signal?: AbortSignal,
  ): Promise<Row[]>
  close(): Promise<void>
}

/** Reads a batch's rows from the model's output; `lengths` are each item's tokens, without padding. */
export type ReadRows<Row> = (
  values: Float32Array,
  dims: readonly number[],
  lengths: readonly number[],
) => Row[]

/** Loads a model from its folder, and from nowhere else. */
export async function loadOnnxModel(
  library: Library,
  kind: 'AutoModel' | 'AutoModelForSequenceClassification',
  folder: string,
  { dtype }: ModelSettings,
): Promise<OnnxModel> {
  // External data is next to the file, where the runtime finds it by itself.
  const options = { device: 'cpu', dtype, use_external_data_format: false } as const
  try {
    const [tokenizer, model] = await Promise.all([
      library.AutoTokenizer.from_pretrained(folder),
      library[kind].from_pretrained(folder, options),
    ])
    return onnxModel(library, tokenizer, model)
  } catch (error) {
    throw new BackendError(
      `The model in ${folder} cannot be loaded: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    )
  }
}

function onnxModel(library: Library, tokenizer: PreTrainedTokenizer, model: PreTrainedModel): OnnxModel {
  const padding = tokenizer.pad_token_id ?? 0
  return {
    tokenizer,
    tokenize: (text, pair) => tokenize(tokenizer, padding, text, pair),
    async run(items, outputs, read, signal) {
      const rows = []
      for (let from = 0; from < items.length; from += batchSize) {
        // The runtime blocks the thread. Between batches it notices that a client has gone.
        await nextTurn()
        signal?.throwIfAborted()
        const batch = items.slice(from, from + batchSize)
        const result = (await model(modelInputs(library, batch, padding))) as Record<string, Tensor>
        const name = outputs.find((candidate) => result[candidate] !== undefined)
        const output = name === undefined ? undefined : result[name]
        if (!output) throw new Error(`the model has no output ${outputs.join(' or ')}`)
        rows.push(
          ...read(
            output.data as Float32Array,
            output.dims,
            batch.map(({ ids }) => ids.length),
          ),
        )
      }
      return rows
    },
    close: async () => {
      await model.dispose()
    },
  }
}

function tokenize(
  tokenizer: PreTrainedTokenizer,
  padding: number,
  text: string,
  pair: string | undefined,
): Tokens {
  const { input_ids: ids, token_type_ids: types } = tokenizer._call(text, {
    return_tensor: false,
    ...(pair === undefined ? {} : { text_pair: pair }),
  })
  // Tokenizers without special tokens return nothing for an empty text, and models cannot run on nothing.
  return ids.length > 0 ? { ids, types } : { ids: [padding], types: types && [0] }
}

function modelInputs({ Tensor }: Library, batch: readonly Tokens[], padding: number) {
  const width = Math.max(...batch.map(({ ids }) => ids.length))
  const tensor = (row: (item: Tokens) => readonly number[], filler: number) => {
    const values = new BigInt64Array(batch.length * width).fill(BigInt(filler))
    for (const [index, item] of batch.entries()) values.set(row(item).map(BigInt), index * width)
    return new Tensor('int64', values, [batch.length, width])
  }
  return {
    input_ids: tensor(({ ids }) => ids, padding),
    attention_mask: tensor(({ ids }) => ids.map(() => 1), 0),
    ...(batch.every(({ types }) => types) ? { token_type_ids: tensor(({ types = [] }) => types, 0) } : {}),
  }
}
