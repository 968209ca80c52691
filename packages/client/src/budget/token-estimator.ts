/** Before anything is known: a little more than the four bytes a token of English has. */
const FIRST_GUESS = 1 / 3
/** Weight of the newest answer. */
const WEIGHT = 0.2

/** Guesses a text's tokens from its bytes, and learns the ratio from what the service counted. */
export class TokenEstimator {
  #tokensPerByte: number | undefined

  estimate(bytes: number): number {
    return Math.ceil(bytes * (this.#tokensPerByte ?? FIRST_GUESS))
  }

  learn(bytes: number, tokens: number): void {
    if (bytes <= 0 || tokens <= 0) return
    const seen = tokens / bytes
    this.#tokensPerByte =
      this.#tokensPerByte === undefined ? seen : this.#tokensPerByte + WEIGHT * (seen - this.#tokensPerByte)
  }
}
