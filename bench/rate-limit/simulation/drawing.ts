export interface Drawn {
  readonly title: string
  /** Milliseconds that the job took. */
  readonly took: number
  readonly accepted: readonly { readonly at: number; readonly amount: number }[]
  /** When requests were refused. */
  readonly refused: readonly number[]
  /** What the service allows in all until then; absent where it does not count. */
  readonly allowed?: ((now: number) => number) | undefined
}

const [WIDTH, HEIGHT, MARGIN] = [640, 240, 24]

/** What was let through over time against what the service allowed, as SVG. */
export function drawing({ title, took, accepted, refused, allowed }: Drawn): string {
  const total = accepted.reduce((sum, { amount }) => sum + amount, 0)
  const most = 1.1 * total
  const x = (at: number) => (MARGIN + (at / took) * (WIDTH - 2 * MARGIN)).toFixed(1)
  const y = (sum: number) =>
    (HEIGHT - MARGIN - (Math.min(sum, most) / most) * (HEIGHT - 2 * MARGIN)).toFixed(1)
  let sum = 0
  const line = accepted.map(({ at, amount }) => {
    sum += amount
    return `${x(at)},${y(sum)}`
  })
  const times = Array.from({ length: 301 }, (_, i) => (i / 300) * took)
  const limit = allowed ? times.map((at) => `${x(at)},${y(allowed(at))}`) : []
  const ticks = refused.map(
    (at) =>
      `<line x1="${x(at)}" x2="${x(at)}" y1="${HEIGHT - MARGIN}" y2="${HEIGHT - MARGIN + 10}" stroke="#c22"/>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<title>${title}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${MARGIN}" y="16">${title}</text>
<text x="${WIDTH - MARGIN}" y="16" text-anchor="end">${(took / 1000).toFixed(0)} s, ${(total / 1e6).toFixed(1)} million tokens, ${refused.length} refused</text>
<polyline fill="none" stroke="#aaa" stroke-width="3" points="${limit.join(' ')}"/>
<polyline fill="none" stroke="#26c" stroke-width="1.5" points="${line.join(' ')}"/>
${ticks.join('\n')}
</svg>
`
}
