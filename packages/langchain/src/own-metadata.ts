/** A deep copy of metadata, with its arrays and plain objects. Instances of classes are shared. */
export function ownMetadata<T>(value: T, seen = new Map<unknown, unknown>()): T {
  if (typeof value !== 'object' || value === null) return value
  const isPlain = Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value))
  if (!isPlain) return value
  const known = seen.get(value)
  if (known !== undefined) return known as T
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {}
  seen.set(value, copy)
  for (const [key, item] of Object.entries(value)) Object.assign(copy, { [key]: ownMetadata(item, seen) })
  return copy as T
}
