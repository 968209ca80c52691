import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Secrecy } from './secrecy.js'

const KEY = 'pcsk_a-secret-key'
const secrecy = new Secrecy({ apiKey: KEY, headers: {} })

/** Everything that a logger could print of an error. */
function shown(error: unknown): string {
  const parts: unknown[] = [
    inspect(error, { depth: Infinity, showHidden: true, getters: true, customInspect: true }),
    inspect(error),
    JSON.stringify(error),
    String(error),
  ]
  for (let at = error; at instanceof Error; at = at.cause)
    parts.push(at.message, at.stack, at.name, { ...at })
  return inspect(parts, { depth: Infinity, showHidden: true, getters: true })
}

class Response404 {
  #request = KEY
  get request() {
    return this.#request
  }
  [inspect.custom]() {
    return `Response404 { request: ${this.#request} }`
  }
}
class JsonError extends Error {
  toJSON() {
    return { key: KEY }
  }
}
const deep = Array.from({ length: 50 }).reduce<object>((inner) => ({ inner }), { key: KEY })
const getter = Object.defineProperty(new Error('failed'), 'config', {
  get: () => ({ key: KEY }),
  enumerable: true,
})

const holders: [string, unknown][] = [
  ['a Headers', new Headers({ 'api-key': KEY })],
  ['a Request', new Request('http://localhost', { headers: { 'api-key': KEY } })],
  ['a URL', new URL(`http://localhost/?key=${KEY}`)],
  ['URLSearchParams', new URLSearchParams({ key: KEY })],
  ['a Map', new Map([['key', KEY]])],
  ['a Set in a Map', new Map([['keys', new Set([KEY])]])],
  ['a symbol', Symbol(KEY)],
  ['an object under a symbol of that name', { [Symbol(KEY)]: 1 }],
  ['a deep object', deep],
  ['an object of a class', new Response404()],
  ['bytes', Buffer.from(KEY)],
  ['bytes of an ArrayBuffer', new TextEncoder().encode(KEY).buffer],
  ['a function', Object.assign(() => {}, { key: KEY })],
  ['a boxed string', Object(KEY)],
  ['a WeakRef', new WeakRef({ key: KEY })],
  [
    'a proxy',
    new Proxy(
      {},
      {
        get: () => KEY,
        ownKeys: () => [KEY],
        getOwnPropertyDescriptor: () => ({ value: KEY, enumerable: true, configurable: true }),
      },
    ),
  ],
]

it.each(holders)('an error that holds %s shows no key, itself, as a cause, or among others', (_, holder) => {
  const held = Object.assign(new Error('failed'), { held: holder, code: 'ECONNRESET' })
  for (const error of [
    held,
    new Error('outer', { cause: held }),
    new Error('outer', { cause: holder }),
    new AggregateError([held, new Error('other', { cause: held })], 'several'),
    holder,
  ]) {
    expect(shown(secrecy.redactError(error))).not.toContain(KEY)
  }
})

it.each([
  ['an accessor', getter],
  ['toJSON', new JsonError('failed')],
  ['its name', Object.assign(new Error('failed'), { name: KEY })],
  ['a getter of its message', Object.defineProperty(new Error('x'), 'message', { get: () => KEY })],
])('an error with the key in %s shows none', (_, error) => {
  expect(shown(secrecy.redactError(error))).not.toContain(KEY)
})

it('a copy keeps messages, codes, causes and aggregated errors', () => {
  const cause = Object.assign(new TypeError(`no route for ${KEY}`), { code: 'EHOSTUNREACH', errno: -113 })
  const copy = secrecy.redactError(new AggregateError([cause], 'several', { cause }))
  expect(copy).toMatchObject({
    message: 'several',
    name: 'AggregateError',
    cause: { message: 'no route for [api key]', name: 'TypeError', code: 'EHOSTUNREACH', errno: -113 },
    errors: [{ code: 'EHOSTUNREACH' }],
  })
})

it('a plain error is returned unchanged', () => {
  const socket = { localAddress: '127.0.0.1', bytesWritten: 12 }
  const error = Object.assign(new Error('other side closed', { cause: new TypeError('x') }), { socket })
  expect(secrecy.redactError(error)).toBe(error)
  const round = Object.assign(new Error('round'), { self: {} })
  round.self = round
  expect(secrecy.redactError(round)).toBe(round)
})

it('an error that throws when inspected is replaced', () => {
  const hostile = new Proxy(new Error('x'), {
    ownKeys() {
      throw new Error(KEY)
    },
  })
  expect(shown(secrecy.redactError(hostile))).not.toContain(KEY)
  expect(shown(secrecy.redactError(Object.create(null, { key: { get: () => KEY } })))).not.toContain(KEY)
})

it('shows no key, whatever value contains it, at any place', () => {
  const withKey = fc.object({
    values: [fc.constant(KEY), fc.string(), fc.integer()],
    withMap: true,
    withSet: true,
    withDate: true,
    maxDepth: 4,
  })
  fc.assert(
    fc.property(withKey, (value) => {
      expect(shown(secrecy.redactError(Object.assign(new Error('failed'), { value })))).not.toContain(KEY)
    }),
  )
})

it.each([
  ['shortened', KEY.slice(0, 12)],
  ['shortened by a letter', `${KEY.slice(0, -1)}…`],
  ['in base64', btoa(KEY)],
  ['in base64url', btoa(KEY).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')],
  ...['u:', 'us:', 'use:', 'user:'].map((user): [string, string] => [
    `in base64 after ${user}`,
    btoa(user + KEY),
  ]),
])('the key %s is redacted', (_, repeated) => {
  const redacted = secrecy.redact(`it was ${repeated} that came`)
  expect(redacted).toContain('[api key]')
  expect(redacted).not.toContain(repeated.slice(8, 12))
})

it('text that only begins like the key is kept', () => {
  expect(secrecy.redact(`a key begins with ${KEY.slice(0, 8)}`)).toContain(KEY.slice(0, 8))
})
