/**
 * Known by name to every copy of this package. A program may load two of them, one by `import` and one by `require`, and
 * an error of one is to be an instance of the other's class.
 */
const BRAND = Symbol.for('@pinecone-inference/client/error')

/** Marks the instances of an error class, in whichever copy of the package they are made. */
export function brand(errorClass: { readonly prototype: object }, kind: string): void {
  Object.defineProperty(errorClass.prototype, BRAND, { value: kind })
}

/** `instanceof` for a branded class; for a program's own subclass of one, that of the language. */
export function hasBrandOf(prototype: object, value: unknown): boolean {
  const kind = ownBrand(prototype)
  if (typeof value !== 'object' || value === null) return false
  if (kind === undefined) return Object.prototype.isPrototypeOf.call(prototype, value)
  for (let one: unknown = value; typeof one === 'object' && one !== null; one = Object.getPrototypeOf(one)) {
    if (ownBrand(one) === kind) return true
  }
  return false
}

function ownBrand(prototype: object): unknown {
  return Object.getOwnPropertyDescriptor(prototype, BRAND)?.value
}
