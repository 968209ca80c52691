export interface Course {
  readonly name: string
  /** Answers in the order they came: milliseconds since the first request, and tokens, 0 for a refused one. */
  readonly answers: readonly { readonly at: number; readonly tokens: number }[]
}

const [WIDTH, HEIGHT] = [720, 396]
/** The margins of the plot; below it stands a row of refused requests for each contender. */
const PLOT = { left: 52, right: 16, top: 72, bottom: 112 }
const ROW = 18
const CLASSES = ['told', 'learned', 'loop'] as const

/** Tokens over time of several contenders beside what the service allows, as SVG for light and dark pages. */
export function racePicture(
  courses: readonly Course[],
  { title, allowed }: { title: string; allowed: (milliseconds: number) => number },
): string {
  const end = Math.max(...courses.flatMap(({ answers }) => answers.map(({ at }) => at)))
  const total = Math.max(...courses.map(({ answers }) => sumOf(answers)))
  const x = (at: number) => round(PLOT.left + (at / end) * (WIDTH - PLOT.left - PLOT.right))
  const y = (tokens: number) =>
    round(HEIGHT - PLOT.bottom - (tokens / total) * (HEIGHT - PLOT.top - PLOT.bottom))
  const limit = Array.from({ length: 101 }, (_, i) => (i / 100) * end)
    .map((at) => `${x(at)},${y(allowed(at))}`)
    .join(' ')
  const lines = courses.map(
    ({ answers }, i) =>
      `<polyline class="${CLASSES[i]}" points="${thinned(running(answers))
        .map(({ at, sum }) => `${x(at)},${y(sum)}`)
        .join(' ')}"/>`,
  )
  const legend = courses.map(({ name, answers }, i) => {
    const refused = answers.filter(({ tokens }) => tokens === 0).length
    const seconds = ((answers.at(-1)?.at ?? 0) / 1000).toFixed(0)
    return `<text class="${CLASSES[i]}" x="${PLOT.left}" y="${14 + 16 * i}">${name}: ${seconds} s, ${refused} of ${answers.length} requests refused</text>`
  })
  const rows = courses.flatMap(({ answers }, i) => {
    const top = HEIGHT - PLOT.bottom + 30 + ROW * i
    const refused = answers.filter(({ tokens }) => tokens === 0)
    return refused.map(({ at }) => `<path class="${CLASSES[i]} tick" d="M${x(at)} ${top}v${ROW - 4}"/>`)
  })
  const timeTicks = Array.from({ length: Math.floor(end / 10_000) + 1 }, (_, i) => i * 10)
  const tokenTicks = Array.from({ length: Math.floor(total / 200_000) + 1 }, (_, i) => i * 200)
  const axes = [
    ...timeTicks.map(
      (seconds) =>
        `<text x="${x(seconds * 1000)}" y="${HEIGHT - PLOT.bottom + 16}" text-anchor="middle">${seconds}</text>`,
    ),
    ...tokenTicks.map(
      (thousands) =>
        `<path class="grid" d="M${PLOT.left} ${y(thousands * 1000)}H${WIDTH - PLOT.right}"/><text x="${PLOT.left - 8}" y="${y(thousands * 1000) + 4}" text-anchor="end">${thousands}</text>`,
    ),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>${title}</title>
<style>
  text { fill: #1f2328 } polyline { fill: none; stroke-width: 2 }
  .grid { stroke: #d1d9e0; fill: none } .allowed { stroke: #afb8c1; stroke-width: 6 }
  .learned { stroke: #0969da } text.learned { fill: #0969da; stroke: none }
  .loop { stroke: #cf222e } text.loop { fill: #cf222e; stroke: none }
  .told { stroke: #1a7f37; stroke-dasharray: 5 4 } text.told { fill: #1a7f37; stroke: none }
  .tick { stroke-dasharray: none; stroke-width: 1 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .grid { stroke: #3d444d } .allowed { stroke: #656c76 }
    .learned { stroke: #4493f8 } text.learned { fill: #4493f8 } .loop { stroke: #f85149 } text.loop { fill: #f85149 }
    .told { stroke: #3fb950 } text.told { fill: #3fb950 }
  }
</style>
${axes.join('\n')}
<polyline class="allowed" points="${limit}"/>
${lines.join('\n')}
${rows.join('\n')}
${legend.join('\n')}
<text x="${WIDTH - PLOT.right}" y="14" text-anchor="end">thick grey: what the limit allows</text>
<text x="${PLOT.left}" y="${PLOT.top - 4}">thousand tokens embedded</text>
<text x="${PLOT.left}" y="${HEIGHT - 8}">refused requests, a line each</text>
<text x="${WIDTH - PLOT.right}" y="${HEIGHT - 8}" text-anchor="end">seconds</text>
</svg>
`
}

interface Point {
  readonly at: number
  readonly sum: number
}

function running(answers: Course['answers']): Point[] {
  let sum = 0
  return answers.map(({ at, tokens }) => {
    sum += tokens
    return { at, sum }
  })
}

/** Every point that a reader could tell from the one before. */
function thinned(points: readonly Point[]): Point[] {
  return points.filter((point, i) => i === points.length - 1 || point.sum > (points[i - 1]?.sum ?? -1))
}

function sumOf(answers: Course['answers']): number {
  return answers.reduce((sum, { tokens }) => sum + tokens, 0)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
