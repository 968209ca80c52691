import { expect, it } from 'vitest'
import { fileBuffer } from './file-buffer.js'

it('asks Node.js for no more than it can read at once', async () => {
  const size = 2 ** 31 + 5
  const asked: number[] = []
  const handle = {
    read: async (_bytes: Uint8Array, _at: number, length: number) => {
      asked.push(length)
      return { bytesRead: length }
    },
  }
  const bytes = await fileBuffer(handle, size).slice(0)
  expect(bytes.byteLength).toBe(size)
  expect(asked).toEqual([2 ** 30, 2 ** 30, 5])
})
