export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}

/** From least to most. */
export function range(values: readonly number[], format: (value: number) => string): string {
  return `${format(Math.min(...values))} to ${format(Math.max(...values))}`
}

/** The median, and from least to most. */
export function spread(values: readonly number[], digits: number): string {
  const format = (value: number) => value.toFixed(digits)
  return `${format(median(values))} (${range(values, format)})`
}
