import { startEmulator } from '@pinecone-inference/emulator'
import type { FromEmulator, SeparateOptions } from './messages.js'

/** An emulator in a process of its own: listens, counts what it answers, and tells when asked. */
const tell = (message: FromEmulator) => process.send?.(message)
const byStatus: Record<string, number> = {}
const byFault: Record<string, number> = {}
const course: { at: number; tokens: number }[] = []
let requests = 0
let begin: number | undefined

const emulator = await startEmulator({
  ...(JSON.parse(process.argv[2] ?? '{}') as SeparateOptions),
  onAnswer: ({ status, fault, at, duration = 0, tokens = 0 }) => {
    requests++
    begin ??= at
    course.push({ at: at + duration - begin, tokens: status === 200 ? tokens : 0 })
    count(byStatus, String(status ?? 'none'))
    if (fault) count(byFault, fault)
  },
})
process.on('message', () => tell({ kind: 'answered', answered: { requests, byStatus, byFault, course } }))
process.on('disconnect', () => void emulator.close())
tell({ kind: 'listening', url: emulator.url })

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
