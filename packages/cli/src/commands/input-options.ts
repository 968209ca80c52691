import { InputError, type JsonlLayout, type MetadataType, type ReadOptions } from '@pinecone-inference/files'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { SetAside } from '../embed/input/set-aside.js'
import { names, wholeNumber } from './options.js'

/** How an input is read, as commander gives it. */
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

/** How an output is laid out. */
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
        'the format of the inputs (default: by file extension; JSON for -)',
      ).choices(FORMATS),
    )
    .option('--delimiter <char>', 'the separator in CSV, or tab (default: detected)')
    .option(
      '--encoding <name>',
      'the encoding of texts, such as windows-1252 (default: UTF-8, or UTF-16 if detected)',
    )
    .addOption(
      new Option(
        '--ids <kind>',
        'where ids come from: a field, a hash of the text, or the line number',
      ).choices(['field', 'hash', 'line']),
    )
    .option('--id-field <name>', 'the field that holds the id', 'id')
    .option('--id-prefix <text>', 'text to put before every id')
    .option(
      '--text-field <name>',
      'the field that holds the text; repeat the option to join several (default: text)',
      collected,
    )
    .option(
      '--metadata-fields <names>',
      'fields to keep as metadata, separated by commas, or * for all others (default: metadata)',
      names,
    )
    .option(
      '--metadata-types <types>',
      'types of metadata fields: year:number,draft:boolean,isbn:string,tags:strings',
      types,
    )
    .option(
      '--passage-size <n>',
      'length of passages; also splits the texts of records (default: 1500, documents only)',
      wholeNumber(100, largest),
    )
    .option(
      '--passage-overlap <n>',
      'how much of the previous passage each one repeats (default: a tenth)',
      wholeNumber(0, largest),
    )
    .addOption(
      new Option('--passage-unit <unit>', 'unit of the sizes of passages; tokens are estimated').choices([
        'characters',
        'tokens',
      ]),
    )
    .option('--limit <n>', 'read only the first n records', wholeNumber(1, largest))
    .option(
      '--skip-bad',
      'set records and documents that cannot be read aside in OUTPUT.set-aside.jsonl, with the reasons (default: they end the run)',
    )
}

export function addLayoutOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--layout <name>',
        'layout of JSONL: vectors for Pinecone’s command line and Python SDK, rest for REST and the TypeScript SDK, documents for a document index',
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
      'with --layout documents: the field of the sparse vector (default: sparse_vector)',
    )
}

export function layoutOf({ layout, vectorField, sparseField }: LayoutOptions): JsonlLayout {
  return layout === 'documents' ? { kind: 'documents', vectorField, sparseField } : layout
}

/** @throws InputError for an overlap of more than half a passage */
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
    throw new InputError({ source: '--passage-overlap' }, 'must be at most half of --passage-size')
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
      throw new InvalidArgumentError(
        `Allowed: name:type, separated by commas, with the types ${TYPES.join(', ')}.`,
      )
    }
    return [item.slice(0, at), type as MetadataType]
  })
  return Object.fromEntries(entries)
}
