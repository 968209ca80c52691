import { expect, it } from 'vitest'
import { ownEmbedRequest, ownRerankRequest, ownStreamRequest } from './own-copy.js'

class OfGetters {
  readonly #fields: Record<string, unknown>

  constructor(fields: Record<string, unknown>) {
    this.#fields = fields
  }

  get model() {
    return 'a model'
  }
  get inputs() {
    return ['a']
  }
  get query() {
    return 'q'
  }
  get documents() {
    return ['d']
  }
  get parameters() {
    return this.#fields
  }
}

it('takes a request whose fields are getters of its class', () => {
  const parameters = { inputType: 'passage' }
  const request = new OfGetters(parameters)
  const copies = [ownEmbedRequest(request), ownStreamRequest(request), ownRerankRequest(request)]
  expect(copies).toEqual([
    { model: 'a model', inputs: ['a'], parameters },
    { model: 'a model', inputs: ['a'], parameters },
    { model: 'a model', query: 'q', documents: ['d'], parameters },
  ])
  for (const copy of copies) expect(copy.parameters).not.toBe(parameters)
})

it('takes one without parameters', () => {
  expect(ownEmbedRequest({ model: 'a model', inputs: ['a'] })).toEqual({ model: 'a model', inputs: ['a'] })
})
