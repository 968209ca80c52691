/** Anything shorter is a placeholder or a word such as `true`; redacting it would garble every message. */
const SHORTEST_KEY = 6
const SHORTEST_HEADER = 8
/**
 * The beginning of a key is redacted too if it has at least this many characters: a gateway may truncate it.
 */
const SHORTEST_PART = 12

/** Loggers do not print an error's causes and contexts deeper than this. */
const DEEPEST = 8

/** Levels of an error answer's details; the contract has one or two. */
const DEEPEST_DETAIL = 100

interface Secret {
  readonly spellings: RegExp
  readonly shown: string
}

/** Redacts the API key, and the values of given headers, in everything that becomes part of an error. */
export class Secrecy {
  readonly #secrets: readonly Secret[]

  constructor({ apiKey, headers }: { apiKey: string; headers: Readonly<Record<string, string>> }) {
    const ofHeaders = Object.entries(headers).flatMap(([name, value]) =>
      secretsOf(value).map((text) => ({ text, shown: `[header ${name}]` })),
    )
    // A whole value is redacted before its parts.
    ofHeaders.sort((a, b) => b.text.length - a.text.length)
    const ofKey = (spellings: RegExp) => ({ spellings, shown: '[api key]' })
    const key = apiKey.length < SHORTEST_KEY ? [] : [spellings(apiKey, SHORTEST_PART), base64Of(apiKey)]
    this.#secrets = [
      ...key.map(ofKey),
      ...ofHeaders.map(({ text, shown }) => ({ spellings: spellings(text), shown })),
    ]
  }

  redact(text: string): string {
    return this.#secrets.reduce(
      (redacted, { spellings, shown }) => redacted.replace(spellings, () => shown),
      text,
    )
  }

  /** The same JSON value, with secrets redacted in its strings and names. */
  redactWithin(value: unknown, depth = DEEPEST_DETAIL): unknown {
    if (typeof value === 'string') return this.redact(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth === 0) return '[nested too deep]'
    if (Array.isArray(value)) return value.map((item) => this.redactWithin(item, depth - 1))
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [this.redact(name), this.redactWithin(item, depth - 1)]),
    )
  }

  /**
   * The error itself if everything that it can show is plain and without a secret; otherwise a copy of its messages,
   * codes and causes. Whatever cannot be inspected (a `Headers`, a `URL`, a getter, an instance of some class) may hold
   * the key, and a logger may print it.
   */
  redactError(error: unknown): unknown {
    try {
      return this.#isClean(error, DEEPEST, new Set()) ? error : this.#copyOf(error, DEEPEST)
    } catch {
      return new Error('the error cannot be shown, because inspecting it throws')
    }
  }

  #isClean(value: unknown, depth: number, seen: Set<unknown>): boolean {
    if (typeof value === 'string') return !this.#isIn(value)
    if (typeof value === 'symbol') return !this.#isIn(value.description ?? '')
    if (typeof value === 'function') return false
    if (typeof value !== 'object' || value === null || seen.has(value)) return true
    if (depth < 0 || !isPlain(value)) return false
    seen.add(value)
    return Reflect.ownKeys(value).every((key) => {
      const property = Reflect.getOwnPropertyDescriptor(value, key)
      // An accessor in some versions of V8.
      const shown = key === 'stack' ? { value: Reflect.get(value, key) } : property
      return (
        shown && 'value' in shown && [key, shown.value].every((part) => this.#isClean(part, depth - 1, seen))
      )
    })
  }

  #copyOf(error: unknown, depth: number): Error {
    if (!isError(error)) return new Error(this.redact(String(error)))
    const copy = new Error(this.redact(String(error.message)))
    const set = (name: string, value: unknown, enumerable: boolean) =>
      Object.defineProperty(copy, name, { value, enumerable, writable: true, configurable: true })
    set('name', this.redact(String(error.name)), false)
    set('stack', this.redact(String(error.stack)), false)
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
      if (name === 'message' || name === 'stack' || name === 'name' || this.#isIn(name)) continue
      if (typeof value === 'number' || typeof value === 'boolean') set(name, value, true)
      if (typeof value === 'string') set(name, this.redact(value), true)
      if (depth > 0 && name === 'cause' && value) set(name, this.#copyOf(value, depth - 1), false)
      if (depth > 0 && name === 'errors' && Array.isArray(value)) {
        set(
          name,
          value.map((one) => this.#copyOf(one, depth - 1)),
          false,
        )
      }
    }
    return copy
  }

  #isIn(text: string): boolean {
    return this.#secrets.some(({ spellings }) => text.search(spellings) >= 0)
  }
}

/** How an object of some class shows more than its own properties: to `console`, and to loggers that write JSON. */
const SHOWS_ITSELF = [Symbol.for('nodejs.util.inspect.custom'), 'toJSON']

function isPlain(value: object): boolean {
  if (SHOWS_ITSELF.some((method) => method in value)) return false
  if (Array.isArray(value) || value instanceof Error) return true
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** Also one of another realm, as in test runners. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}

/**
 * A header's value, and the parts of it that may be repeated alone: the token after `Bearer`, the value of a cookie.
 */
function secretsOf(header: string): string[] {
  if (/^(application|audio|image|multipart|text|video|\*)\//.test(header)) return []
  const parts = [...header.matchAll(/(?:^\s*[\w-]+ +|=)([^;,]+)/g)].flatMap(([, ...part]) => part)
  return [header, ...parts].map((text) => text.trim()).filter((text) => text.length >= SHORTEST_HEADER)
}

/** A text as it is, and as JSON, JSON within JSON, a URL or HTML may spell it. */
function spellings(text: string, shortest = text.length): RegExp {
  const chars = Array.from(text, spellingsOf)
  const rest = chars.slice(shortest).reduceRight((after, char) => `(?:${char}${after})?`, '')
  return new RegExp(chars.slice(0, shortest).join('') + rest, 'g')
}

/**
 * A text in base64, alone or within another (`user:key`): the characters that it alone determines, in each alignment.
 */
function base64Of(text: string): RegExp {
  const forms = [0, 1, 2].map((before) => {
    const whole = btoa('\0'.repeat(before) + text)
    const settled = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + text.length) * 8) / 6))
    // base64url has other characters for the last two.
    return settled.replaceAll('+', '[+-]').replaceAll('/', '[/_]')
  })
  return new RegExp(`(?:${forms.join('|')})[\\w+/-]{0,2}={0,2}`, 'g')
}

/** Letters, digits, `_` and `-` are never escaped. */
function spellingsOf(char: string): string {
  if (/[\w-]/.test(char)) return char
  const hex = char.charCodeAt(0).toString(16).padStart(2, '0')
  const anyCase = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
  return `(?:\\\\{0,3}\\x${hex}|(?:\\\\{1,3}u00|%)${anyCase}|&#?\\w{1,6};)`
}
