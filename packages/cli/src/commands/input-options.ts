import { InputError, type JsonlLayout, type MetadataType, type ReadOptions } from '@pinecone-inference/files'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { SetAside } from '../embed/input/set-aside.js'
import { names, wholeNumber } from './options.js'

/** Options of how an input is read, as commander gives them. */
export interface InputOptions {
  readonly inputFormat?: NonNullable<ReadOptions['format']>
  readonly delimiter?: string
  readonly encoding?: string
  readonly ids?: NonNullable<ReadOptions['ids']>
  readonly idField: string
  readonly idPrefix?: string
  readonly textField?: readonly string[]
  readonly metadataFields?: readonly string[]
  readonly metadataTypes?: Readonly<Record<string, MetadataType>>
  readonly passageSize?: number
  readonly passageOverlap?: number
  readonly passageUnit?: 'characters' | 'tokens'
  readonly limit?: number
  readonly skipBad?: boolean
}

/** Options of what an output looks like. */
export interface LayoutOptions {
  readonly layout: 'vectors' | 'rest' | 'documents'
  readonly vectorField?: string
  readonly sparseField?: string
}

const FORMATS = [
  'jsonl',
  'json',
  'csv',
  'tsv',
  'parquet',
  'lines',
  'text',
  'markdown',
  'notebook',
  'html',
  'docx',
  'pdf',
]
const TYPES: readonly string[] = ['string', 'number', 'boolean', 'strings'] satisfies MetadataType[]
const largest = Number.MAX_SAFE_INTEGER

export function addInputOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--input-format <format>',
        'what the inputs are (default: by their extensions; JSON for -)',
      ).choices(FORMATS),
    )
    .option('--delimiter <char>', 'the separator of CSV, or tab (default: recognised)')
    .option(
      '--encoding <name>',
      'the encoding of texts, such as windows-1252 (default: UTF-8, or UTF-16 if it shows)',
    )
    .addOption(
      new Option('--ids <kind>', 'ids from a field, the hash of the text, or the line number').choices([
        'field',
        'hash',
        'line',
      ]),
    )
    .option('--id-field <name>', 'the field that holds the id', 'id')
    .option('--id-prefix <text>', 'put before every id')
    .option(
      '--text-field <name>',
      'the field that holds the text; repeated, several are joined (default: text)',
      collected,
    )
    .option(
      '--metadata-fields <names>',
      'fields that become metadata, with commas, or * for all others (default: metadata)',
      names,
    )
    .option(
      '--metadata-types <types>',
      'what fields are to be: year:number,draft:boolean,isbn:string,tags:strings',
      types,
    )
    .option(
      '--passage-size <n>',
      'length of passages; with it, texts of records are split too (default: 1500)',
      wholeNumber(100, largest),
    )
    .option(
      '--passage-overlap <n>',
      'how much a passage repeats of the one before it (default: a tenth)',
      wholeNumber(0, largest),
    )
    .addOption(
      new Option('--passage-unit <unit>', 'what passages are measured in; tokens are estimated').choices([
        'characters',
        'tokens',
      ]),
    )
    .option('--limit <n>', 'only the first records', wholeNumber(1, largest))
    .option(
      '--skip-bad',
      'set records that cannot be read aside, in OUTPUT.set-aside.jsonl, with the reasons (default: the first ends it)',
    )
}

export function addLayoutOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--layout <name>',
        'of JSONL: vectors for Pinecone’s command line and Python SDK, rest for REST and the TypeScript SDK, documents for a document index',
      )
        .choices(['vectors', 'rest', 'documents'])
        .default('vectors'),
    )
    .option(
      '--vector-field <name>',
      'with --layout documents: the field of the dense vector (default: vector)',
    )
    .option(
      '--sparse-field <name>',
      'with --layout documents: that of the sparse vector (default: sparse_vector)',
    )
}

export function layoutOf({ layout, vectorField, sparseField }: LayoutOptions): JsonlLayout {
  return layout === 'documents' ? { kind: 'documents', vectorField, sparseField } : layout
}

/** @throws InputError for passages of no possible size */
export function readOptions(options: InputOptions, aside: SetAside): ReadOptions {
  const {
    inputFormat,
    delimiter,
    encoding,
    ids,
    idField,
    idPrefix,
    textField,
    metadataFields,
    metadataTypes,
  } = options
  const { passageSize, passageOverlap, passageUnit, limit, skipBad } = options
  const isSplit = passageSize !== undefined || passageOverlap !== undefined || passageUnit !== undefined
  if (passageOverlap !== undefined && passageOverlap > (passageSize ?? 1500) / 2) {
    throw new InputError({ source: '--passage-overlap' }, 'may be half of --passage-size at most')
  }
  return {
    format: inputFormat,
    delimiter,
    encoding,
    ids,
    idField,
    idPrefix,
    textField,
    metadataFields: metadataFields?.includes('*') ? '*' : metadataFields,
    metadataTypes,
    passages: isSplit ? { size: passageSize, overlap: passageOverlap, unit: passageUnit } : undefined,
    limit,
    onSkippedFile: (file) => aside.file(file),
    onBadRecord: skipBad ? (bad) => aside.record(bad) : undefined,
  }
}

function collected(name: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), name]
}

function types(text: string): Record<string, MetadataType> {
  const entries = names(text).map((item) => {
    const at = item.lastIndexOf(':')
    const type = item.slice(at + 1)
    if (at < 1 || !TYPES.includes(type)) {
      throw new InvalidArgumentError(`Allowed: name:type with commas, the types ${TYPES.join(', ')}.`)
    }
    return [item.slice(0, at), type as MetadataType]
  })
  return Object.fromEntries(entries)
}
