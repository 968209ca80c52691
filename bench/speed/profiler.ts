import type { Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'

/** What the main thread does. */
export const WORK = [
  'reading digits, in WebAssembly',
  'making arrays of them',
  'the rest of the client',
  'the contender itself: JSON.parse, for the floor',
  'undici',
  'Node.js: sockets, streams, buffers',
  'collecting garbage',
  'the rest: native code, the bench',
] as const

export type Work = (typeof WORK)[number]
type Node = Profiler.ProfileNode

/** Milliseconds of the main thread by kind of work, while `run` is under way. */
export async function profiled(run: () => Promise<void>): Promise<Map<Work, number>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  // microseconds
  await session.post('Profiler.setSamplingInterval', { interval: 200 })
  await session.post('Profiler.start')
  await run()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  return byWork(profile)
}

function byWork({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<Work, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(
    nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)),
  )
  const spent = new Map<Work, number>(WORK.map((work) => [work, 0]))
  for (const [i, id] of samples.entries()) {
    const node = byId.get(id)
    if (!node || node.callFrame.functionName === '(idle)') continue
    const work = workOf(node, parents)
    spent.set(work, (spent.get(work) ?? 0) + (timeDeltas[i] ?? 0) / 1000)
  }
  return spent
}

/** Of the client's reader; V8 inlines one in the other. */
const MAKES_ARRAYS = new Set(['copy', '#append', '#take', '#close'])

/** That of the function itself, or where it is native or WebAssembly, of what calls it. */
function workOf(node: Node, parents: ReadonlyMap<number, Node>): Work {
  const { functionName, url } = node.callFrame
  if (functionName === '(garbage collector)') return 'collecting garbage'
  if (url.includes('/undici/')) return 'undici'
  if (url.startsWith('node:')) return 'Node.js: sockets, streams, buffers'
  if (url.includes('/contenders/')) return 'the contender itself: JSON.parse, for the floor'
  if (url.includes('/client/dist/')) {
    return MAKES_ARRAYS.has(functionName) ? 'making arrays of them' : 'the rest of the client'
  }
  const caller = parents.get(node.id)
  if (!caller || (url !== '' && !url.startsWith('wasm:'))) return 'the rest: native code, the bench'
  const work = workOf(caller, parents)
  return url.startsWith('wasm:') && work === 'the rest of the client'
    ? 'reading digits, in WebAssembly'
    : work
}
