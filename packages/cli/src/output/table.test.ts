import { expect, it, onTestFinished, vi } from 'vitest'
import { table } from './table.js'

it.each([0, undefined])('a terminal that reports %s columns gets the whole table', (columns) => {
  vi.stubGlobal('process', { ...process, stdout: { isTTY: true, columns } })
  onTestFinished(() => void vi.unstubAllGlobals())
  const long = 'x'.repeat(100)
  expect(table(['NAME', 'TEXT'], [['one', long]])).toContain(long)
})
