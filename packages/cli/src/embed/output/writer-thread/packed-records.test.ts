import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pack, unpack } from './packed-records.js'

const numbers = fc.array(fc.float({ noNaN: true }))
const record = fc.record(
  {
    id: fc.string(),
    values: fc.oneof(
      numbers,
      numbers.map((all) => Float32Array.from(all)),
    ),
    sparseValues: fc.constant({ indices: [1], values: [0.5] }),
    metadata: fc.dictionary(fc.string(), fc.string()),
  },
  { requiredKeys: ['id'] },
)

it('gives the records back as they were, with or without dense vectors, of whatever kind', () => {
  const plain = (records: Iterable<{ values?: ArrayLike<number> | undefined }>) =>
    [...records].map((one) => ('values' in one ? { ...one, values: Array.from(one.values ?? []) } : one))
  fc.assert(
    fc.property(fc.array(record), (records) => {
      expect(plain(unpack(pack(records)))).toEqual(plain(records))
    }),
  )
})
