import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'

export interface Watched {
  readonly seconds: number
  /** Resident memory when the first progress was told, in MB; NaN if none was. */
  readonly startMb: number
  /** The most resident memory at any moment, in MB. */
  readonly peakMb: number
  /** Processor time of all its threads, to a tenth of a second. */
  readonly cpuSeconds: number
  readonly stdout: string
}

/** Runs a Node program to its end and watches its memory, as the kernel counts it (Linux). */
export async function runWatched(args: readonly string[], env: Record<string, string>): Promise<Watched> {
  const began = performance.now()
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let stdout = ''
  let peakMb = 0
  let startMb = Number.NaN
  let cpuSeconds = 0
  const look = async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    const mb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
    peakMb = Math.max(peakMb, mb('VmHWM'))
    // utime and stime, in hundredths of a second: proc(5)
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '')
    const [utime, stime] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14)
    cpuSeconds = Math.max(cpuSeconds, (Number(utime ?? 0) + Number(stime ?? 0)) / 100)
    return mb('VmRSS')
  }
  child.stdout.on('data', async (chunk) => {
    const first = stdout === ''
    stdout += chunk
    if (first) startMb = await look()
  })
  const timer = setInterval(look, 100)
  const [code] = await once(child, 'close')
  clearInterval(timer)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  return { seconds: (performance.now() - began) / 1000, startMb, peakMb, cpuSeconds, stdout }
}
