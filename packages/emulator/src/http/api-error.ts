/** An error answer of the API, sent as the contract's `ErrorResponse` or as plain text. */
export class ApiError extends Error {
  readonly headers: Readonly<Record<string, string>>

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    private readonly plain = false,
  ) {
    super(message)
    this.name = 'ApiError'
    this.headers = plain ? { 'content-type': 'text/plain; charset=utf-8', ...headers } : headers
  }

  /** 400 INVALID_ARGUMENT. */
  static invalid(message: string): ApiError {
    return new ApiError(400, 'INVALID_ARGUMENT', message)
  }

  /**
   * 422 in plain text, as the service's JSON reader answers an unknown field. Source: recorded answers in public code;
   * the form is that of serde, the reader's library.
   */
  static unreadable(where: string, problem: string): ApiError {
    const message = `Failed to deserialize the JSON body into the target type: ${where}: ${problem}`
    return new ApiError(422, 'INVALID_ARGUMENT', message, {}, true)
  }

  body(): string {
    if (this.plain) return this.message
    return JSON.stringify({ error: { code: this.code, message: this.message }, status: this.status })
  }
}

/** ``unknown field `x`, expected one of `a`, `b` ``, in serde's wording. */
export function unknownField(name: string, known: readonly string[]): string {
  const quoted = known.map((one) => `\`${one}\``)
  const expected =
    quoted.length === 0
      ? 'there are no fields'
      : quoted.length <= 2
        ? `expected ${quoted.join(' or ')}`
        : `expected one of ${quoted.join(', ')}`
  return `unknown field \`${name}\`, ${expected}`
}
