import { ApiError } from '../http/api-error.js'
import { isObject, type JsonObject } from '../http/read-json.js'

type Compare = (value: unknown, wanted: unknown) => boolean

/** https://docs.pinecone.io/guides/search/filter-by-metadata, November 2026 */
const operators: Readonly<Record<string, Compare>> = {
  $eq: (value, wanted) => equals(value, wanted),
  $ne: (value, wanted) => !equals(value, wanted),
  $gt: (value, wanted) => Number(value) > Number(wanted),
  $gte: (value, wanted) => Number(value) >= Number(wanted),
  $lt: (value, wanted) => Number(value) < Number(wanted),
  $lte: (value, wanted) => Number(value) <= Number(wanted),
  $in: (value, wanted) => Array.isArray(wanted) && wanted.some((one) => equals(value, one)),
  $nin: (value, wanted) => Array.isArray(wanted) && !wanted.some((one) => equals(value, one)),
  $exists: (value, wanted) => (value !== undefined) === wanted,
}

/** Whether metadata matches the filter of a query or a deletion; true without a filter. */
export function matchesFilter(metadata: JsonObject, filter: unknown): boolean {
  if (filter === undefined || filter === null) return true
  if (!isObject(filter)) throw ApiError.invalid('A filter must be an object')
  return Object.entries(filter).every(([name, condition]) => {
    if (name === '$and' || name === '$or') {
      if (!Array.isArray(condition)) throw ApiError.invalid(`${name} takes a list of filters`)
      return name === '$and'
        ? condition.every((part) => matchesFilter(metadata, part))
        : condition.some((part) => matchesFilter(metadata, part))
    }
    const value = Object.hasOwn(metadata, name) ? metadata[name] : undefined
    return isObject(condition)
      ? Object.entries(condition).every(([operator, wanted]) => compare(operator, value, wanted))
      : equals(value, condition)
  })
}

function compare(operator: string, value: unknown, wanted: unknown): boolean {
  const known = Object.hasOwn(operators, operator) ? operators[operator] : undefined
  if (!known) {
    throw ApiError.invalid(
      `${operator} is not a filter operator; allowed: ${Object.keys(operators).join(', ')}`,
    )
  }
  return known(value, wanted)
}

/** A list of strings equals each of its elements. */
function equals(value: unknown, wanted: unknown): boolean {
  return Array.isArray(value) ? value.includes(wanted) : value === wanted
}
