import { analyze, askedRepeatedly, countTerms, type Term } from '../text/terms.js'
import { rarest } from '../text/word-rarity.js'
import { featuresOf, resemblance } from './resemblance.js'

/** BM25's k1 and b, and the length of a typical document in words. */
const saturation = 1.2
const lengthInfluence = 0.6
const usualLength = 120
/** Number of a document's first words, which usually say what it is about, and how much each of them counts. */
const leadWords = 12
const leadCounts = 2.5
/** Weight of a misspelling relative to the word itself. */
const misspeltCounts = 0.5
/** Share of the score for overall resemblance, and the cosine from which it counts fully. */
const wholeness = 0.4
const fullCosine = 0.6
/** Maximum distance, in words, of two query words that still count as near. */
const nearWords = 6
/** Share of the score for the nearness of the query's words. */
const nearness = 0.1
/** Minimum similarity of spelling (shared n-grams) for a different word to count as a misspelling. */
const alike = 0.5
/** Maximum words of a query for which misspellings are looked for: each is compared with all words of all documents. */
const wordsSpelt = 64

/**
 * A lexical stand-in for a cross-encoder: the score in 0..1 of each document for the query, in the documents' order. A
 * document is given by the texts of its rank fields; words in a short field count for more.
 *
 * As with a cross-encoder, a score depends on the pair alone, whatever else is in the request, so scores of several
 * requests are comparable.
 */
export function scoreDocuments(query: string, documents: readonly (readonly string[])[]): number[] {
  const words = analyze(query)
  const asked = countTerms(words)
  const indexed = documents.map((fields) => fields.map(indexField))
  const queryTerms = asked.map(({ term, count }): QueryTerm => {
    const grams = asked.length <= wordsSpelt && term.key.length >= 5 ? new Set(term.grams) : undefined
    return {
      key: term.key,
      weight: (term.rarity / rarest) * askedRepeatedly(count),
      ...(grams ? { grams } : {}),
    }
  })
  const features = featuresOf(words, 'query')
  return indexed.map((fields) => {
    const whole = resemblance(
      features,
      featuresOf(
        fields.flatMap((field) => field.words),
        'passage',
      ),
    )
    return (1 - wholeness) * scoreDocument(queryTerms, fields) + wholeness * Math.min(1, whole / fullCosine)
  })
}

interface QueryTerm {
  readonly key: string
  /** Rarity in everyday English, 0..1 for a word that occurs once in the query. */
  readonly weight: number
  /** Features by which misspellings are recognised; undefined if they are not looked for. */
  readonly grams?: ReadonlySet<number>
}

interface Field {
  readonly words: readonly (readonly Term[])[]
  readonly terms: ReadonlyMap<string, { readonly term: Term; readonly positions: number[] }>
}

function indexField(text: string): Field {
  const words = analyze(text)
  const terms = new Map<string, { term: Term; positions: number[] }>()
  for (const [position, found] of words.entries()) {
    for (const term of found) {
      const known = terms.get(term.key)
      if (known) known.positions.push(position)
      else terms.set(term.key, { term, positions: [position] })
    }
  }
  return { words, terms }
}

function scoreDocument(queryTerms: readonly QueryTerm[], fields: readonly Field[]): number {
  let total = 0
  let covered = 0
  for (const term of queryTerms) {
    total += term.weight
    covered += term.weight * frequency(term, fields)
  }
  if (total === 0) return 0
  const coverage = covered / total
  return Math.min(1, Math.max(0, (1 - nearness) * coverage + nearness * pairsNear(queryTerms, fields)))
}

/** BM25F: the fields' frequencies relative to their lengths, with a common saturation towards 1. */
function frequency(term: QueryTerm, fields: readonly Field[]): number {
  let count = 0
  for (const field of fields) {
    const found = field.terms.get(term.key)
    const norm = 1 - lengthInfluence + (lengthInfluence * field.words.length) / usualLength
    count += (found ? occurrences(found.positions) : misspelt(term, field)) / norm
  }
  return count / (count + saturation)
}

function occurrences(positions: readonly number[]): number {
  return positions.reduce((sum, position) => sum + (position < leadWords ? leadCounts : 1), 0)
}

/** Weight of the most similar word in the field if it is similar enough, else 0. */
function misspelt({ key, grams }: QueryTerm, field: Field): number {
  if (!grams) return 0
  let best = 0
  for (const { term } of field.terms.values()) {
    if (term.key.length < 4 || Math.abs(term.key.length - key.length) > 4) continue
    best = Math.max(best, similarity(grams, term.grams))
  }
  return best >= alike ? best * misspeltCounts : 0
}

function similarity(left: ReadonlySet<number>, right: readonly number[]): number {
  let shared = 0
  for (const gram of right) if (left.has(gram)) shared++
  return (2 * shared) / (left.size + right.length)
}

/** Share of the query's neighbouring word pairs that are close together in a field, in 0..1. */
function pairsNear(queryTerms: readonly QueryTerm[], fields: readonly Field[]): number {
  let total = 0
  let near = 0
  for (let i = 1; i < queryTerms.length; i++) {
    const left = queryTerms[i - 1]
    const right = queryTerms[i]
    if (!left || !right) continue
    const value = Math.min(left.weight, right.weight)
    total += value
    const closest = fields.map((field) =>
      closeness(field.terms.get(left.key)?.positions, field.terms.get(right.key)?.positions),
    )
    near += value * Math.max(...closest)
  }
  return total === 0 ? 0 : near / total
}

/** 1 for neighbours, falling to 0 at `nearWords`. */
function closeness(left: readonly number[] | undefined, right: readonly number[] | undefined): number {
  if (!left || !right) return 0
  let nearest = Number.POSITIVE_INFINITY
  let j = 0
  for (const position of left) {
    while (
      j < right.length - 1 &&
      Math.abs((right[j + 1] ?? 0) - position) <= Math.abs((right[j] ?? 0) - position)
    )
      j++
    nearest = Math.min(nearest, Math.abs((right[j] ?? 0) - position))
  }
  return Math.max(0, 1 - Math.max(0, nearest - 1) / nearWords)
}
