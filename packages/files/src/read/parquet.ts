import { open } from 'node:fs/promises'
import { InputError } from '../input-error.js'
import type { Fields } from './fields.js'
import { fileBuffer } from './file-buffer.js'
import { parquetRows } from './parquet-rows.js'

/** The columns of a table to read. */
export interface Columns {
  readonly required: readonly string[]
  readonly optional: 'all' | readonly string[]
}

/** The rows of a Parquet file, a slice of a row group at a time; with `columns`, only those are read. */
export async function* readParquet(
  path: string,
  source: string,
  columns?: Columns,
): AsyncGenerator<Fields, void> {
  // An ES module, loaded only if needed.
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet')
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    const file = fileBuffer(handle, size)
    if (size === 0) throw new InputError({ source }, 'is empty, so it is not Parquet')
    if (Buffer.from(await file.slice(-4)).toString('latin1') === 'PARE') throw encrypted(source)
    const metadata = await parquetMetadataAsync(file)
    const present = parquetSchema(metadata).children.map(({ element }) => element.name)
    const missing = columns?.required.find((name) => !present.includes(name))
    if (missing !== undefined) {
      const list = present.map((name) => JSON.stringify(name)).join(', ')
      throw new InputError({ source }, `has no column ${JSON.stringify(missing)}; it has ${list}`)
    }
    const wanted =
      columns && columns.optional !== 'all'
        ? [...columns.required, ...columns.optional].filter((name) => present.includes(name))
        : present
    // hyparquet assigns each value to an object, which would take this one as its prototype.
    if (wanted.includes('__proto__')) {
      throw new InputError({ source }, 'a column is called "__proto__", which cannot be read; rename it')
    }
    const [first] = metadata.row_groups
    const isEncrypted = first?.columns.some(
      ({ meta_data, crypto_metadata }) =>
        crypto_metadata !== undefined && wanted.includes(meta_data?.path_in_schema[0] ?? ''),
    )
    if (isEncrypted) throw encrypted(source)
    for await (const { row, values } of parquetRows(file, metadata, wanted)) {
      const refuse = (problem: string) => new InputError({ source, line: row, unit: 'row' }, problem)
      yield { values, line: row, refuse }
    }
  } catch (error) {
    if (error instanceof InputError) throw error
    const reason = error instanceof Error ? error.message : error
    throw new InputError(
      { source },
      `cannot be read as Parquet: it is damaged, or uses what is not supported (${reason})`,
      error,
    )
  } finally {
    await handle.close()
  }
}

function encrypted(source: string): InputError {
  return new InputError({ source }, 'is encrypted; write it without encryption, or decrypt it first')
}
