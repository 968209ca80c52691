/** The texts of a request, whose tokens are to be estimated. */
export interface TextLoad {
  readonly texts: number
  /** Total size in UTF-8. */
  readonly bytes: number
}

/**
 * First guesses: the two special tokens of a BERT-like model; slightly fewer bytes per token than the four of English.
 */
const TOKENS_PER_TEXT = 2
const BYTES_PER_TOKEN = 3

/** Initial variance, relative to that of one answer. It is large, so that the first answer decides. */
const UNKNOWN = 100
/** Variance added by each answer to what it measures, so that in the long run a new answer weighs a fifth. */
const DRIFT = 0.05

/**
 * Estimates a request's tokens as a number per text (mostly special tokens) plus a number per byte. Learns both from
 * the service's counts. Short queries thus say little about a batch of passages, and vice versa.
 *
 * A Kalman filter over the two numbers, each a multiple of its first guess. An answer corrects only the combination of
 * the two that it measures, and adds uncertainty only there: a thousand queries leave the estimate of tokens per byte
 * as it was.
 */
export class TokenEstimator {
  #perText = 1
  #perByte = 1
  /** Variances of the two numbers, and their covariance. */
  #text = UNKNOWN
  #byte = UNKNOWN
  #both = 0

  estimate({ texts, bytes }: TextLoad): number {
    const tokens = this.#perText * texts * TOKENS_PER_TEXT + (this.#perByte * bytes) / BYTES_PER_TOKEN
    return Math.max(1, Math.ceil(tokens - 1e-6))
  }

  learn({ texts, bytes }: TextLoad, tokens: number): void {
    if (texts <= 0 || bytes <= 0 || tokens <= 0) return
    // The request's mix of texts and bytes as a unit vector, so that large requests weigh no more than small ones.
    const size = Math.hypot(texts * TOKENS_PER_TEXT, bytes / BYTES_PER_TOKEN)
    const [text, byte] = [(texts * TOKENS_PER_TEXT) / size, bytes / BYTES_PER_TOKEN / size]
    const [ofText, ofByte] = [this.#text * text + this.#both * byte, this.#both * text + this.#byte * byte]
    const certainty = 1 / (1 + ofText * text + ofByte * byte)
    const error = tokens / size - this.#perText * text - this.#perByte * byte
    this.#perText = Math.max(0, this.#perText + certainty * ofText * error)
    this.#perByte = Math.max(0, this.#perByte + certainty * ofByte * error)
    this.#text += DRIFT * text * text - certainty * ofText * ofText
    this.#byte += DRIFT * byte * byte - certainty * ofByte * ofByte
    this.#both += DRIFT * text * byte - certainty * ofText * ofByte
  }
}
