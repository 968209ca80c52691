import { expect, it } from 'vitest'
import { outputPath, tooLargeToImport } from './output-path.js'

it('a file that the import would refuse for its size is told of before it is paid for', () => {
  const path = 'out.parquet'
  expect(tooLargeToImport(path, 2_441_407, 1024)).toMatch(/^out\.parquet would have more than 10 GB/)
  expect(tooLargeToImport(path, 2_441_406, 1024)).toBeUndefined()
  expect(tooLargeToImport('out.jsonl', 1e9, 1024)).toBeUndefined()
})

it('a folder is what the import takes: Parquet, or JSONL of documents', async () => {
  const partBytes = 1e9
  expect(await outputPath('imp/', { layout: 'vectors' })).toEqual({
    path: 'imp/__default__/0.parquet',
    partBytes,
  })
  expect(await outputPath('imp/', { layout: 'documents', namespace: 'a b', partSize: 2 })).toEqual({
    path: 'imp/a b/0.jsonl',
    partBytes: 2e6,
  })
})

it.each([
  ['imp/', { layout: 'rest' }, '--layout rest is for JSONL'],
  ['out.parquet', { layout: 'documents' }, '--layout documents is for JSONL'],
  ['out.jsonl', { layout: 'vectors', partSize: 5 }, '--part-size needs a folder'],
  ['out.jsonl', { layout: 'vectors', namespace: 'n' }, '--namespace needs a folder'],
  ['imp/', { layout: 'vectors', namespace: '..' }, 'cannot be the name of a folder'],
] as const)('what does not go together is refused: %s %j', async (output, options, message) => {
  await expect(outputPath(output, options)).rejects.toThrow(message)
})
