import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseFaultRule } from '@pinecone-inference/emulator'
import { describe, expect, it, vi } from 'vitest'
import { idsIn, lines, passages, SPARSE } from './records.js'
import { folderOf, run, start } from './run-command.js'
import { service } from './service.js'

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s lets what is under way finish, says how to go on, and ends with %i',
    async (signal, code) => {
      const { env, emulator } = await service()
      // so that there is time for the signal
      emulator.faults.add(parseFaultRule('/embed#9-9999 latency:3000'))
      const folder = await folderOf({ 'in.jsonl': lines(passages(2500)) })
      const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
      const { child, ended } = start(folder, args, env)
      await vi.waitUntil(() => emulator.requests.length === 16, { timeout: 25_000 })
      child.kill(signal)
      const { stderr, ...end } = await ended
      expect(end.code).toBe(code)
      // nothing new but what was on its way when the signal was heard
      expect(emulator.requests).toHaveLength(16)
      emulator.faults.clear()
      expect(stderr).toMatch(
        /^Stopping: requests under way are finished first\. Ctrl-C again stops at once\.\nStopped after ([\d,]+) records\. Finished records are kept/,
      )
      const read = Number(/after ([\d,]+)/.exec(stderr)?.[1]?.replaceAll(',', ''))
      // all that was answered is kept
      expect(read).toBe(96 * emulator.requests.length)
      expect((await run(folder, args, env)).code).toBe(0)
      expect(await idsIn(join(folder, 'out.jsonl'))).toEqual(passages(2500).map(({ id }) => id))
    },
  )

  it('ends it at once while it asks what a model is', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/models/{model_name} stall:headers'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(3)) })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', '--model', 'new-model']
    const { child, ended } = start(folder, args, env)
    await vi.waitUntil(() => emulator.requests.length > 0, { timeout: 25_000 })
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
    expect(await readdir(folder)).toEqual(['in.jsonl'])
  })

  it('given twice stops at once', async () => {
    const { env, emulator } = await service()
    emulator.faults.add(parseFaultRule('/embed#5-9999 stall:headers'))
    const folder = await folderOf({ 'in.jsonl': lines(passages(2500)) })
    const { child, ended } = start(folder, ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE], env)
    await vi.waitUntil(() => emulator.requests.length > 10, { timeout: 25_000 })
    child.kill('SIGINT')
    await once(child.stderr, 'data')
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
  })
})
