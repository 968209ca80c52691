import { startEmulator } from '@pinecone-inference/emulator'
import type { FromEmulator, SeparateOptions } from './messages.js'

/** An emulator in a process of its own: listens, counts what it answers, and tells when asked. */
const tell = (message: FromEmulator) => process.send?.(message)
const byStatus: Record<string, number> = {}
const byFault: Record<string, number> = {}
let requests = 0

const emulator = await startEmulator({
  ...(JSON.parse(process.argv[2] ?? '{}') as SeparateOptions),
  onAnswer: ({ status, fault }) => {
    requests++
    count(byStatus, String(status ?? 'none'))
    if (fault) count(byFault, fault)
  },
})
process.on('message', () => tell({ kind: 'answered', answered: { requests, byStatus, byFault } }))
process.on('disconnect', () => void emulator.close())
tell({ kind: 'listening', url: emulator.url })

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
