import type { Settings } from '../settings.js'

/** What is shorter is a placeholder, or a word such as `true`, and blotting it would garble every message. */
const SHORTEST_KEY = 6
const SHORTEST_HEADER = 8

/** Nobody prints an error's causes and contexts deeper than this. */
const DEEPEST = 8

interface Secret {
  readonly spellings: RegExp
  readonly shown: string
}

/** Blots the API key, and the values of given headers, out of whatever is about to become part of an error. */
export class Secrecy {
  readonly #secrets: readonly Secret[]

  constructor({ apiKey, headers }: Pick<Settings, 'apiKey' | 'headers'>) {
    const ofHeaders = Object.entries(headers).flatMap(([name, value]) =>
      secretsOf(value).map((text) => ({ text, shown: `[header ${name}]` })),
    )
    // The whole before its part.
    ofHeaders.sort((a, b) => b.text.length - a.text.length)
    const key = apiKey.length < SHORTEST_KEY ? [] : [{ text: apiKey, shown: '[api key]' }]
    this.#secrets = [...key, ...ofHeaders].map(({ text, shown }) => ({ spellings: spellings(text), shown }))
  }

  blot(text: string): string {
    return this.#secrets.reduce(
      (blotted, { spellings, shown }) => blotted.replace(spellings, () => shown),
      text,
    )
  }

  /** The same JSON value, with the key blotted in its texts and names. */
  blotWithin(value: unknown): unknown {
    if (typeof value === 'string') return this.blot(value)
    if (Array.isArray(value)) return value.map((item) => this.blotWithin(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [this.blot(name), this.blotWithin(item)]),
    )
  }

  /** The error itself, or, if the key stands anywhere in it, a copy of its words and code alone. */
  blotError(error: unknown): unknown {
    if (!this.#isWithin(error, DEEPEST, new Set())) return error
    if (!(error instanceof Error)) return new Error(this.blot(String(error)))
    const copy = new Error(this.blot(error.message))
    copy.name = error.name
    copy.stack = this.blot(String(error.stack))
    return 'code' in error ? Object.assign(copy, { code: error.code }) : copy
  }

  /** Looks at hidden properties too, as `util.inspect` can show them, and calls no getter. */
  #isWithin(value: unknown, depth: number, seen: Set<unknown>): boolean {
    if (typeof value === 'string') return this.#isIn(value)
    if (typeof value !== 'object' || value === null || depth < 0 || seen.has(value)) return false
    seen.add(value)
    if (value instanceof Uint8Array) return this.#isIn(new TextDecoder().decode(value))
    if (value instanceof Map || value instanceof Set) return this.#isWithin([...value], depth, seen)
    return Reflect.ownKeys(value).some((key) => {
      if (this.#isWithin(key, depth, seen)) return true
      const property = Reflect.getOwnPropertyDescriptor(value, key)
      return this.#isWithin(property?.value, depth - 1, seen)
    })
  }

  #isIn(text: string): boolean {
    return this.#secrets.some(({ spellings }) => text.search(spellings) >= 0)
  }
}

/** A header's value, and what of it may be repeated alone: the token after `Bearer`, the value after a cookie's name. */
function secretsOf(header: string): string[] {
  if (/^(application|audio|image|multipart|text|video|\*)\//.test(header)) return []
  const parts = [...header.matchAll(/(?:^\s*[\w-]+ +|=)([^;,]+)/g)].flatMap(([, ...part]) => part)
  return [header, ...parts].map((text) => text.trim()).filter((text) => text.length >= SHORTEST_HEADER)
}

/** A text as it is, and as JSON, JSON within JSON, an address or HTML may spell it. */
function spellings(text: string): RegExp {
  return new RegExp(Array.from(text, spellingsOf).join(''), 'g')
}

/** Letters and digits are escaped nowhere. */
function spellingsOf(char: string): string {
  if (/[\w-]/.test(char)) return char
  const hex = char.charCodeAt(0).toString(16).padStart(2, '0')
  const anyCase = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
  return `(?:\\\\{0,3}\\x${hex}|(?:\\\\{1,3}u00|%)${anyCase}|&#?\\w{1,6};)`
}
