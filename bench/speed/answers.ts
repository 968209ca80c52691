import { seededRandom } from '../texts/random.js'

/**
 * How an answer writes a number:
 *
 * - `fewest`: a float32 in the fewest digits that name it, `0.031234567`.
 * - `printed`: a float16 as a double, `0.02117919921875`. The example of Pinecone's reference is so
 *   (https://docs.pinecone.io/reference/api/2026-04/inference/generate-embeddings: 0.04925537109375,
 *   -0.01313018798828125, -0.0112762451171875), and so are answers that people keep as comments in public repositories
 *   (0.0006260871887207031, -0.01071929931640625, 0.028533935546875), seen in November 2026.
 */
export type Digits = 'fewest' | 'printed'

/** Ready-made answers of `POST /embed`, by the number of inputs. */
export class Answers {
  readonly #dimension: number
  readonly #write: (value: number) => string
  readonly #made = new Map<number, Buffer>()

  constructor(dimension: number, digits: Digits) {
    this.#dimension = dimension
    this.#write = digits === 'fewest' ? shortest : (value) => String(float16(value))
  }

  of(inputs: number): Buffer {
    const made = this.#made.get(inputs) ?? answer(inputs, this.#dimension, this.#write)
    this.#made.set(inputs, made)
    return made
  }
}

/** Unit vectors. */
function answer(inputs: number, dimension: number, write: (value: number) => string): Buffer {
  const random = seededRandom(inputs)
  const data = Array.from({ length: inputs }, () => {
    const raw = Array.from({ length: dimension }, () => random() + random() + random() - 1.5)
    const length = Math.hypot(...raw)
    return `{"vector_type":"dense","values":[${raw.map((value) => write(value / length)).join(',')}]}`
  })
  return Buffer.from(
    `{"model":"multilingual-e5-large","vector_type":"dense","data":[${data.join(',')}],"usage":{"total_tokens":${inputs * 20}}}`,
  )
}

/** The fewest digits that lead back to the same float32. */
function shortest(value: number): string {
  const single = Math.fround(value)
  for (let digits = 6; digits < 9; digits++) {
    const text = single.toPrecision(digits)
    if (Math.fround(Number(text)) === single) return `${Number(text)}`
  }
  return `${Number(single.toPrecision(9))}`
}

/** The nearest float16: eleven bits, down to 2^-24. */
function float16(value: number): number {
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))))
  const unit = 2 ** (exponent - 10)
  return Math.round(value / unit) * unit
}
