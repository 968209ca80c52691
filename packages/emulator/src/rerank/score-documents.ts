import { analyze } from '../text/analyze.js'
import type { Term } from '../text/term.js'
import { rarest } from '../text/word-rarity.js'
import { featuresOf, resemblance } from './resemblance.js'

/** BM25's k1 and b, and a usual document's length in words. */
const saturation = 1.2
const lengthInfluence = 0.6
const usualLength = 120
/** Documents of a request that weigh as much for a word's rarity as everyday English does. */
const evenRequest = 20
/** A document's first words, which mostly say what it is about, and how often each of them counts. */
const leadWords = 12
const leadCounts = 2.5
/** How much a misspelling counts beside the word itself. */
const misspeltCounts = 0.5
/** Share of the score that resemblance as a whole makes, and the cosine from which it counts fully. */
const wholeness = 0.4
const fullCosine = 0.6
/** Words between two query words that still count as near. */
const nearWords = 6
/** Share of the score that nearness of the query's words makes. */
const nearness = 0.1
/** Least similarity of spelling (shared n-grams) for which a different word counts as a misspelling. */
const alike = 0.5

/**
 * A lexical stand-in for a cross-encoder: the score in 0..1 of each document for the query, in the documents' order.
 * A document is given by the texts of its rank fields; words in a short field count for more.
 *
 * Most of a score comes from the pair alone, so that scores of two requests compare; the request's own documents
 * shift the weights of words towards those that tell them apart.
 */
export function scoreDocuments(query: string, documents: readonly (readonly string[])[]): number[] {
  const queryTerms = distinctTerms(query)
  const indexed = documents.map((fields) => fields.map(indexField))
  const weights = queryTerms.map((term) => weight(term, indexed))
  const asked = featuresOf(analyze(query), 'query')
  return indexed.map((fields, index) => {
    const whole = resemblance(asked, featuresOf(analyze((documents[index] ?? []).join('\n')), 'passage'))
    return (
      (1 - wholeness) * scoreDocument(queryTerms, weights, fields) +
      wholeness * Math.min(1, whole / fullCosine)
    )
  })
}

interface Field {
  readonly length: number
  readonly positions: ReadonlyMap<Term, readonly number[]>
}

function distinctTerms(query: string): Term[] {
  return [...new Set(analyze(query).flat())]
}

function indexField(text: string): Field {
  const words = analyze(text)
  const positions = new Map<Term, number[]>()
  for (const [position, terms] of words.entries()) {
    for (const term of terms) {
      const known = positions.get(term)
      if (known) known.push(position)
      else positions.set(term, [position])
    }
  }
  return { length: words.length, positions }
}

/** Rarity in English, blended with rarity among the request's documents, in 0..1. */
function weight(term: Term, documents: readonly (readonly Field[])[]): number {
  const inEnglish = term.rarity / rarest
  const holding = documents.filter((fields) => fields.some((field) => field.positions.has(term))).length
  const inRequest =
    Math.log1p((documents.length - holding + 0.5) / (holding + 0.5)) / Math.log(documents.length * 2 + 2)
  const share = documents.length / (documents.length + evenRequest) / 2
  return inEnglish * (1 - share + share * Math.min(1, inRequest))
}

function scoreDocument(
  queryTerms: readonly Term[],
  weights: readonly number[],
  fields: readonly Field[],
): number {
  let total = 0
  let covered = 0
  for (const [index, term] of queryTerms.entries()) {
    const value = weights[index] ?? 0
    total += value
    covered += value * frequency(term, fields)
  }
  if (total === 0) return 0
  const coverage = covered / total
  const near = pairsNear(queryTerms, weights, fields)
  return Math.min(1, Math.max(0, (1 - nearness) * coverage + nearness * near))
}

/** BM25F: the fields' frequencies against their lengths, together saturating towards 1. */
function frequency(term: Term, fields: readonly Field[]): number {
  let count = 0
  for (const field of fields) {
    const positions = field.positions.get(term)
    const norm = 1 - lengthInfluence + (lengthInfluence * field.length) / usualLength
    if (positions) count += occurrences(positions) / norm
    else count += misspelt(term, field) / norm
  }
  return count / (count + saturation)
}

function occurrences(positions: readonly number[]): number {
  return positions.reduce((sum, position) => sum + (position < leadWords ? leadCounts : 1), 0)
}

/** Similarity of the most similar word of the field where it is alike enough, else 0. */
function misspelt(term: Term, field: Field): number {
  if (term.key.length < 5) return 0
  let best = 0
  for (const other of field.positions.keys()) {
    if (other.key.length < 4 || Math.abs(other.key.length - term.key.length) > 4) continue
    best = Math.max(best, similarity(term.grams, other.grams))
  }
  return best >= alike ? best * misspeltCounts : 0
}

function similarity(left: readonly number[], right: readonly number[]): number {
  const set = new Set(left)
  let shared = 0
  for (const gram of right) if (set.has(gram)) shared++
  return (2 * shared) / (left.length + right.length)
}

/** Share of the query's neighbouring word pairs that a field holds close together, in 0..1. */
function pairsNear(
  queryTerms: readonly Term[],
  weights: readonly number[],
  fields: readonly Field[],
): number {
  let total = 0
  let near = 0
  for (let i = 1; i < queryTerms.length; i++) {
    const left = queryTerms[i - 1]
    const right = queryTerms[i]
    if (!left || !right) continue
    const value = Math.min(weights[i - 1] ?? 0, weights[i] ?? 0)
    total += value
    near +=
      value *
      Math.max(...fields.map((field) => closeness(field.positions.get(left), field.positions.get(right))))
  }
  return total === 0 ? 0 : near / total
}

/** 1 for neighbours, falling to 0 at `nearWords`. */
function closeness(left: readonly number[] | undefined, right: readonly number[] | undefined): number {
  if (!left || !right) return 0
  let least = Number.POSITIVE_INFINITY
  let j = 0
  for (const position of left) {
    while (
      j < right.length - 1 &&
      Math.abs((right[j + 1] ?? 0) - position) <= Math.abs((right[j] ?? 0) - position)
    )
      j++
    least = Math.min(least, Math.abs((right[j] ?? 0) - position))
  }
  return Math.max(0, 1 - Math.max(0, least - 1) / nearWords)
}
