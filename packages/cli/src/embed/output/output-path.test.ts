import { expect, it } from 'vitest'
import { tooLargeToImport } from './output-path.js'

it('a file that the import would refuse for its size is told of before it is paid for', () => {
  const path = 'import/__default__/0.parquet'
  expect(tooLargeToImport(path, 2_441_407, 1024)).toMatch(
    /^import\/__default__\/0\.parquet will have more than 10 GB/,
  )
  expect(tooLargeToImport(path, 2_441_406, 1024)).toBeUndefined()
  expect(tooLargeToImport('out.jsonl', 1e9, 1024)).toBeUndefined()
})
