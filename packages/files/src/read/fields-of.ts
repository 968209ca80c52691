import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { readCsv } from './csv.js'
import type { Fields } from './fields.js'
import { readFolder, readTextFile } from './folder.js'
import type { InputFormat } from './input-format.js'
import { readJsonl } from './jsonl.js'
import { type Columns, readParquet } from './parquet.js'

/** The lines, rows or passages of one input. Of a Parquet file only the given columns are read. */
export function fieldsOf(
  input: string,
  format: InputFormat,
  columns?: Columns,
): AsyncGenerator<Fields, void> {
  switch (format) {
    case 'jsonl':
      return input === '-'
        ? readJsonl(process.stdin, 'standard input')
        : readJsonl(createReadStream(input), input)
    case 'csv':
      return readCsv(createReadStream(input), input)
    case 'parquet':
      return readParquet(input, columns)
    case 'folder':
      return readFolder(input)
    case 'text':
      return readTextFile(input, basename(input))
  }
}
