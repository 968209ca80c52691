/** An answer of the API that is not a success; becomes the contract's `ErrorResponse`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.name = 'ApiError'
  }

  /** 400 INVALID_ARGUMENT. */
  static invalid(message: string): ApiError {
    return new ApiError(400, 'INVALID_ARGUMENT', message)
  }

  body(): string {
    return JSON.stringify({ error: { code: this.code, message: this.message }, status: this.status })
  }
}
