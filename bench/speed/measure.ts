import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { passages } from '../texts/passages.js'
import type { Contender } from './contender.js'

/** What a contender's process is to do: warm up, then measure. */
export type Task =
  | { readonly kind: 'bulk'; readonly warmUp: number; readonly texts: number }
  | { readonly kind: 'queries'; readonly warmUp: number; readonly queries: number }
  | { readonly kind: 'stream'; readonly warmUp: number; readonly texts: number }

export interface Figures {
  /** Milliseconds of CPU time, user and system, all threads. */
  readonly cpu: number
  readonly wall: number
  /** Milliseconds of the longest time the event loop did not turn. */
  readonly longestBlock: number
  /** Milliseconds of the longest pause for collecting garbage. */
  readonly longestPause: number
  /** Megabytes resident: the most in the first tenth of the inputs, and in all. */
  readonly memory: { readonly early: number; readonly peak: number }
}

const [contender = '', url = '', json = ''] = process.argv.slice(2)
const task = JSON.parse(json) as Task
const { open } = (await import(`./contenders/${contender}.js`)) as { open(url: string): Contender }
const subject = open(url)

let progress = 0
const work = prepare()
await work.warmUp()
await (await fetch(`${url}/measure`)).text()
const loop = monitorEventLoopDelay({ resolution: 1 })
const memory = { early: 0, peak: 0 }
const sampling = setInterval(() => {
  const megabytes = process.memoryUsage.rss() / 2 ** 20
  memory.peak = Math.max(memory.peak, megabytes)
  if (progress <= 0.1) memory.early = Math.max(memory.early, megabytes)
}, 100)
let longestPause = 0
const collections = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longestPause = Math.max(longestPause, duration)
})
collections.observe({ entryTypes: ['gc'] })
loop.enable()
const before = process.cpuUsage()
const start = performance.now()
await work.run()
const wall = performance.now() - start
const used = process.cpuUsage(before)
loop.disable()
clearInterval(sampling)
// observers are told in a turn of their own
await new Promise((resolve) => setTimeout(resolve, 10))
collections.disconnect()
const figures: Figures = {
  cpu: (used.user + used.system) / 1000,
  wall,
  longestBlock: loop.max / 1e6,
  longestPause,
  memory,
}
process.send?.(figures, () => process.exit())

function prepare(): { warmUp(): Promise<void>; run(): Promise<void> } {
  if (task.kind === 'queries') {
    const texts = passages(100, { least: 6, most: 12 })
    const ask = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const { length } = await subject.embedQuery(texts[i % texts.length] ?? '')
        if (length === 0) throw new Error('An empty vector came')
      }
    }
    return { warmUp: () => ask(task.warmUp), run: () => ask(task.queries) }
  }
  if (task.kind === 'stream') {
    const texts = passages(960, { least: 8, most: 24 })
    const stream = async (count: number) => {
      const came = await subject.stream?.(endless(texts, count))
      if (came !== count) throw new Error(`${came} vectors came for ${count} texts`)
    }
    return { warmUp: () => stream(task.warmUp), run: () => stream(task.texts) }
  }
  const texts = passages(task.texts, { least: 8, most: 24 })
  const embed = async (count: number) => {
    const vectors = await subject.embedMany(texts.slice(0, count))
    if (vectors.length !== count || vectors.some((vector) => !vector?.length)) {
      throw new Error(`${vectors.length} vectors came for ${count} texts`)
    }
  }
  return { warmUp: () => embed(task.warmUp), run: () => embed(task.texts) }
}

function* endless(texts: readonly string[], count: number): Generator<string> {
  for (let i = 0; i < count; i++) {
    progress = i / count
    yield `${i}: ${texts[i % texts.length]}`
  }
}
