import { snakeCase } from './letter-case.js'

/** Parameters as the API spells them, without those left undefined. */
export function wireParameters(parameters: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const sent: [string, unknown][] = []
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) sent.push([snakeCase(name), value])
  }
  return Object.fromEntries(sent)
}
