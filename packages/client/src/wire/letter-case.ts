/** `maxTokensPerSequence` -> `max_tokens_per_sequence`; a name already in snake_case stays as it is. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `max_tokens_per_sequence` -> `maxTokensPerSequence`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
