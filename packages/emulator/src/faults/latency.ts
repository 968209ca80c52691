import type { Random } from './random.js'

/**
 * Milliseconds before an answer: fixed, drawn from a distribution with the emulator's seed, or a function of the call's
 * number (from 1). Below 0 counts as 0.
 */
export type Latency =
  | number
  | { readonly distribution: 'uniform'; readonly min: number; readonly max: number }
  | { readonly distribution: 'normal'; readonly mean: number; readonly deviation: number }
  | { readonly distribution: 'exponential'; readonly mean: number }
  | ((call: number) => number)

export function drawLatency(latency: Latency, call: number, random: Random): number {
  return Math.max(0, draw(latency, call, random))
}

function draw(latency: Latency, call: number, random: Random): number {
  if (typeof latency === 'number') return latency
  if (typeof latency === 'function') return latency(call)
  switch (latency.distribution) {
    case 'uniform':
      return latency.min + random() * (latency.max - latency.min)
    case 'normal': {
      // Box-Muller; 1 - random() is never 0.
      const radius = Math.sqrt(-2 * Math.log(1 - random()))
      return latency.mean + latency.deviation * radius * Math.cos(2 * Math.PI * random())
    }
    case 'exponential':
      return -latency.mean * Math.log(1 - random())
  }
}
