import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { journalLine, readCheckedLines } from './journal.js'

it('reads the lines of a journal up to the first damaged one, whatever characters they have', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'journal.jsonl')
  const lines = [{ name: 'a\u2028b\u2029c\r\nd\x85' }, { text: 'ü'.repeat(100_000) }, { name: 'last' }]
  await writeFile(path, lines.map(journalLine).join(''))
  await appendFile(path, journalLine({ name: 'cut' }).slice(0, -3))
  const read: unknown[] = []
  let length = 0
  for await (const { content, end } of readCheckedLines(path)) {
    read.push(content)
    length = end
  }
  expect(read).toEqual(lines)
  expect(length).toBe(Buffer.byteLength(lines.map(journalLine).join('')))
})
