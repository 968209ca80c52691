const BASE = 500
const CAP = 30_000

/**
 * Milliseconds before retry number `retry` (0 is the first): exponential with full jitter, between 0 and
 * 500, 1 000, 2 000 … at most 30 000.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(retry: number, random: () => number = Math.random): number {
  return random() * Math.min(CAP, BASE * 2 ** retry)
}
