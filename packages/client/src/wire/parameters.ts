import { snakeCase } from './letter-case.js'

/** Parameters as the API spells them, without those left undefined. */
export function wireParameters(parameters: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value]) =>
      value === undefined ? [] : [[snakeCase(name), value]],
    ),
  )
}
