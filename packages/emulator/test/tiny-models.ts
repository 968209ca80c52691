import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { externalFloats, floatBytes, floats, integers, node, onnxFile } from './onnx-file.js'

// Each word of the vocabulary: the row of it in the encoder's table, and what it adds to the cross-encoder's logit when
// it stands in the document. Padding is loud, so that a model that hears it is noticed.
const words = {
  '[PAD]': { row: [90, 90, 90, 90], logit: 50 },
  '[UNK]': { row: [0, 0, 0, 0.1], logit: 0 },
  '[CLS]': { row: [0.1, 0.2, 0.3, 0.4], logit: 0 },
  '[SEP]': { row: [0, 0.3, 0, 0], logit: -1 },
  query: { row: [0, 0.2, 0, 0.1], logit: 0 },
  passage: { row: [0, 0.1, 0, 0.2], logit: 0 },
  ':': { row: [0, 0, 0, 0], logit: 0 },
  car: { row: [2, 0, 0, 0], logit: 3 },
  automobile: { row: [1.9, 0.2, 0, 0], logit: 2 },
  banana: { row: [0, 0, 2, 0], logit: -2 },
  '##s': { row: [0, 0, 0, 0.3], logit: 0 },
} as const

export type Word = keyof typeof words

const vocabulary = Object.keys(words) as Word[]

export const rowOf = (word: Word): readonly number[] => words[word].row
export const logitOf = (word: Word): number => words[word].logit

export type Files = Readonly<Record<string, string | Uint8Array>>

const json = JSON.stringify

function tokenizerFiles(maxTokens: number): Files {
  const special = vocabulary.filter((word) => word.startsWith('['))
  const marker = (id: Word, type: number) => ({ SpecialToken: { id, type_id: type } })
  const single = [marker('[CLS]', 0), { Sequence: { id: 'A', type_id: 0 } }, marker('[SEP]', 0)]
  return {
    'tokenizer.json': json({
      version: '1.0',
      added_tokens: special.map((content) => ({
        id: vocabulary.indexOf(content),
        content,
        special: true,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
      })),
      normalizer: { type: 'Lowercase' },
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: {
        type: 'TemplateProcessing',
        single,
        pair: [...single, { Sequence: { id: 'B', type_id: 1 } }, marker('[SEP]', 1)],
        special_tokens: Object.fromEntries(
          special.map((word) => [word, { id: word, ids: [vocabulary.indexOf(word)], tokens: [word] }]),
        ),
      },
      decoder: null,
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
      },
    }),
    'tokenizer_config.json': json({
      tokenizer_class: 'BertTokenizer',
      model_max_length: maxTokens,
      pad_token: '[PAD]',
      unk_token: '[UNK]',
      cls_token: '[CLS]',
      sep_token: '[SEP]',
    }),
  }
}

/** An encoder that looks each token up in a table of four columns: token vectors know nothing of their neighbours. */
export function encoderFiles({
  maxTokens = 8,
  config = {},
  external = false,
}: {
  maxTokens?: number
  config?: object
  external?: boolean
} = {}): Files {
  const values = vocabulary.flatMap((word) => words[word].row)
  const shape = [vocabulary.length, 4]
  const model = onnxFile({
    inputs: ['input_ids', 'attention_mask'],
    output: { name: 'last_hidden_state', shape: ['batch', 'tokens', 4] },
    constants: [
      external ? externalFloats('table', shape, 'model.onnx_data') : floats('table', shape, values),
    ],
    nodes: [node('Gather', ['table', 'input_ids'], 'last_hidden_state')],
  })
  return {
    ...tokenizerFiles(maxTokens),
    'config.json': json({ model_type: 'bert', architectures: ['BertModel'], hidden_size: 4, ...config }),
    'onnx/model.onnx': model,
    ...(external ? { 'onnx/model.onnx_data': floatBytes(values) } : {}),
  }
}

/** A cross-encoder whose logit is the sum over the document's tokens, its end marker included. */
export function crossEncoderFiles({ maxTokens = 12 }: { maxTokens?: number } = {}): Files {
  const model = onnxFile({
    inputs: ['input_ids', 'attention_mask', 'token_type_ids'],
    output: { name: 'logits', shape: ['batch', 1] },
    constants: [
      floats(
        'weights',
        [vocabulary.length],
        vocabulary.map((word) => words[word].logit),
      ),
      integers('axes', [1]),
    ],
    nodes: [
      node('Gather', ['weights', 'input_ids'], 'weighed'),
      node('Cast', ['attention_mask'], 'present', { to: 1 }),
      node('Cast', ['token_type_ids'], 'document', { to: 1 }),
      node('Mul', ['weighed', 'present'], 'heard'),
      node('Mul', ['heard', 'document'], 'counted'),
      node('ReduceSum', ['counted', 'axes'], 'logits', { keepdims: 1 }),
    ],
  })
  return {
    ...tokenizerFiles(maxTokens),
    'config.json': json({
      model_type: 'bert',
      architectures: ['BertForSequenceClassification'],
      num_labels: 1,
    }),
    'onnx/model.onnx': model,
  }
}

/** Writes `<folder>/<model>/<file>`. */
export async function writeModels(folder: string, models: Readonly<Record<string, Files>>): Promise<void> {
  for (const [model, files] of Object.entries(models)) {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, model, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
    }
  }
}
