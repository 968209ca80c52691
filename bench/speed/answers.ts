import { seededRandom } from '../texts/random.js'

/** Ready-made answers of `POST /embed`, by the number of inputs. */
export class Answers {
  readonly #dimension: number
  readonly #made = new Map<number, Buffer>()

  constructor(dimension: number) {
    this.#dimension = dimension
  }

  of(inputs: number): Buffer {
    const made = this.#made.get(inputs) ?? answer(inputs, this.#dimension)
    this.#made.set(inputs, made)
    return made
  }
}

/** Unit vectors in float32, each number with the fewest digits that name it, as the hosted service writes them. */
function answer(inputs: number, dimension: number): Buffer {
  const random = seededRandom(inputs)
  const data = Array.from({ length: inputs }, () => {
    const raw = Array.from({ length: dimension }, () => random() + random() + random() - 1.5)
    const length = Math.hypot(...raw)
    return `{"vector_type":"dense","values":[${raw.map((value) => shortest(value / length)).join(',')}]}`
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
