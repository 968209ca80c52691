/** What a request holds that the service counts tokens of. */
export interface TextLoad {
  readonly texts: number
  /** Of all texts together, in UTF-8. */
  readonly bytes: number
}

/** Before anything is known: the two special tokens of a BERT-like model, and a little under the four bytes of English. */
const TOKENS_PER_TEXT = 2
const BYTES_PER_TOKEN = 3

/** The variance of what is not known at first, in units of an answer's own: the first answer decides. */
const UNKNOWN = 100
/** What an answer adds to the variance of what it speaks of, so that in the long run it weighs a fifth. */
const DRIFT = 0.05

/**
 * Estimates a request's tokens as so many per text, special tokens above all, and so many per byte, and learns both from
 * what the service counted. Short queries then say little of a batch of passages, and the other way round.
 *
 * A Kalman filter over the two numbers, each as a multiple of its first guess. An answer corrects them where it has
 * something to say, by how uncertain they are there, and makes only that more uncertain again: a thousand queries leave
 * what is known of the tokens per byte as it was.
 */
export class TokenEstimator {
  #perText = 1
  #perByte = 1
  /** Variances of the two, and their covariance. */
  #text = UNKNOWN
  #byte = UNKNOWN
  #both = 0

  estimate({ texts, bytes }: TextLoad): number {
    const tokens = this.#perText * texts * TOKENS_PER_TEXT + (this.#perByte * bytes) / BYTES_PER_TOKEN
    return Math.max(1, Math.ceil(tokens - 1e-6))
  }

  learn({ texts, bytes }: TextLoad, tokens: number): void {
    if (texts <= 0 || bytes <= 0 || tokens <= 0) return
    // The request's share of both, as a vector of length 1, so that large ones weigh no more than small ones.
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
