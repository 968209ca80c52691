import { expect, it, onTestFinished, vi } from 'vitest'
import { PineconeConnectionError, PineconeResponseError } from '../errors/no-answer.js'
import { Call } from '../lifetime/call.js'
import { exchange, type Receiver } from './exchange.js'
import { Secrecy } from './secrecy.js'

/** A request that the test answers by hand. */
function underWay(signal?: AbortSignal) {
  const abortWire = vi.fn()
  const read = vi.fn()
  let answer: Receiver | undefined
  const reply = exchange(
    (_, receiver) => {
      answer = receiver
      return abortWire
    },
    { method: 'POST', origin: 'http://localhost', path: '/embed', headers: {} },
    () => ({ push: read }),
    new Call({ signal, timeout: 1000 }),
    new Secrecy({ apiKey: 'pcsk_secret', headers: {} }),
  )
  if (!answer) throw new Error('nothing was sent')
  return { reply, answer, abortWire, read }
}

it('refuses an answer that is longer than any real one, and ends it on the wire', async () => {
  const { reply, answer, abortWire, read } = underWay()
  answer.onHead(200, {})
  answer.onData(new Uint8Array(64 * 1024 * 1024))
  expect(read).toHaveBeenCalledOnce()
  answer.onData(new Uint8Array(1))
  await expect(reply).rejects.toBeInstanceOf(PineconeResponseError)
  expect(abortWire).toHaveBeenCalledExactlyOnceWith(expect.any(PineconeResponseError))
  expect(read).toHaveBeenCalledOnce()
})

it('reads no more of an answer once it is aborted', async () => {
  const abort = new AbortController()
  const { reply, answer, abortWire, read } = underWay(abort.signal)
  answer.onHead(200, {})
  abort.abort(new Error('enough'))
  answer.onData(new Uint8Array(1))
  answer.onEnd()
  answer.onFailure(new Error('too late'))
  await expect(reply).rejects.toThrow('enough')
  expect(read).not.toHaveBeenCalled()
  expect(abortWire).toHaveBeenCalledOnce()
})

it('fails and ends the answer on the wire if its reader fails', async () => {
  const { reply, answer, abortWire, read } = underWay()
  const failure = new RangeError('no memory')
  read.mockImplementation(() => {
    throw failure
  })
  answer.onHead(200, {})
  answer.onData(new Uint8Array(1))
  await expect(reply).rejects.toBe(failure)
  expect(abortWire).toHaveBeenCalledExactlyOnceWith(failure)
})

it('rejects with the reason of an abort, whatever it is, and gives the wire an error', async () => {
  const abort = new AbortController()
  const { reply, abortWire } = underWay(abort.signal)
  abort.abort('enough')
  await expect(reply).rejects.toBe('enough')
  expect(abortWire).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ cause: 'enough' }))
})

it('leaves no timer behind, however it ends', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const whole = underWay()
  const cut = underWay()
  expect(vi.getTimerCount()).toBe(2)
  whole.answer.onHead(200, {})
  whole.answer.onEnd()
  cut.answer.onFailure(new Error('cut'))
  expect(vi.getTimerCount()).toBe(0)
  await expect(whole.reply).resolves.toMatchObject({ status: 200 })
  await expect(cut.reply).rejects.toBeInstanceOf(PineconeConnectionError)
})

it.each<[string, unknown, string, string | undefined]>([
  ['its message', Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' }), 'no route', 'EHOSTUNREACH'],
  [
    'its code, as Node gives several failed addresses no message',
    Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
    'ECONNREFUSED',
    'ECONNREFUSED',
  ],
  ['its name where there is nothing else', new RangeError(), 'RangeError', undefined],
  ['itself where it is no error', 'no luck', 'no luck', undefined],
])('a failed connection is reported with %s', async (_, cause, words, code) => {
  const failed = code ? 'could not connect' : 'the connection failed before the answer was complete'
  const { reply, answer } = underWay()
  answer.onFailure(cause)
  await expect(reply).rejects.toMatchObject({
    name: 'PineconeConnectionError',
    message: expect.stringMatching(new RegExp(`^POST https?://[^ ]+/embed: ${failed}: ${words}$`)),
    code,
    cause,
  })
})

it.each([
  ['a mistake in a fetch', new TypeError('this.ready is not a function'), 'setup', 'an error of its own'],
  [
    'a fetch’s word for a failed network',
    new TypeError('Failed to fetch'),
    'moment',
    'the connection failed',
  ],
  [
    'Bun’s word for a failed network',
    Object.assign(new TypeError('Unable to connect.'), { code: 'ECONNREFUSED' }),
    'moment',
    'could not connect',
  ],
  [
    'msw, which lets nothing out without a handler',
    Object.assign(new Error('[MSW] Cannot bypass a request'), { name: 'InternalError' }),
    'setup',
    'a test guard in this process blocks the request: [MSW] Cannot bypass',
  ],
])('tells %s apart', async (_, cause, verdict, words) => {
  const { reply, answer } = underWay()
  answer.onFailure(cause)
  await expect(reply).rejects.toMatchObject({
    name: 'PineconeConnectionError',
    verdict,
    cause,
    message: expect.stringContaining(words),
  })
})
