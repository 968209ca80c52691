import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { E5, embedAnswer, errorBody, scriptedApi, texts } from './scripted-api.js'

const transports: [string, object][] = [
  ['undici', {}],
  ['fetch', { fetch }],
]
const codings: [string, (text: string) => Buffer][] = [
  ['gzip', (text) => gzipSync(text)],
  ['x-gzip', (text) => gzipSync(text)],
  ['deflate', (text) => deflateSync(text)],
  ['deflate', (text) => deflateRawSync(text)],
  ['br', (text) => brotliCompressSync(text)],
]
const cases = transports.flatMap(([transport, options]) =>
  codings.map(([coding, encode]) => ({ transport, options, coding, encode })),
)

it.each(transports)('%s asks for no coding, unless it is told to', async (_, options) => {
  const api = await scriptedApi(embedAnswer)
  await api.client(options).embed({ ...E5, inputs: ['one'] })
  await api.client({ ...options, headers: { 'accept-encoding': 'gzip' } }).embed({ ...E5, inputs: ['one'] })
  expect(api.requests.map(({ headers }) => headers['accept-encoding'])).toEqual(['identity', 'gzip'])
})

it.each(cases)(
  '$transport reads an answer that comes in $coding all the same',
  async ({ options, coding, encode }) => {
    const api = await scriptedApi((request, response) => {
      response
        .writeHead(200, { 'content-encoding': coding })
        .end(encode(JSON.stringify(embedAnswer(request))))
    })
    const { data } = await api.client(options).embedAll({ ...E5, inputs: texts(200) })
    expect(data).toHaveLength(200)
  },
)

it.each(cases)(
  '$transport tells a refusal that comes in $coding by its words',
  async ({ options, coding, encode }) => {
    const body = encode(JSON.stringify(errorBody(400, 'INVALID_ARGUMENT', 'no such input type')))
    const api = await scriptedApi(
      (_, response) => void response.writeHead(400, { 'content-encoding': coding }).end(body),
    )
    await expect(api.client(options).embed({ ...E5, inputs: ['one'] })).rejects.toThrow(/no such input type$/)
  },
)

it.each(transports)('%s names a coding that it cannot read', async (_, options) => {
  const api = await scriptedApi((_, response, number) => {
    response
      .writeHead(number === 1 ? 200 : 400, { 'content-encoding': 'compress' })
      .end(Buffer.from([31, 157, 144]))
  })
  const client = api.client({ ...options, maxRetries: 0 })
  const words = 'the answer has the Content-Encoding compress'
  for (const name of ['PineconeResponseError', 'PineconeInvalidRequestError']) {
    const call = client.embed({ ...E5, inputs: ['one'] })
    await expect(call).rejects.toMatchObject({ name, message: expect.stringContaining(words) })
  }
})

it.each(transports)('%s refuses a small answer that unfolds to a huge one', async (_, options) => {
  const bomb = gzipSync(Buffer.alloc(70 * 1024 * 1024, ' '))
  const api = await scriptedApi(
    (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  )
  await expect(api.client(options).embed({ ...E5, inputs: ['one'] })).rejects.toThrow(/longer than/)
})

it.each(transports)('%s tells of an answer whose coding is damaged', async (_, options) => {
  const api = await scriptedApi((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('this is no gzip')
  })
  const call = api.client({ ...options, maxRetries: 0 }).embed({ ...E5, inputs: ['one'] })
  await expect(call).rejects.toMatchObject({
    name: 'PineconeResponseError',
    status: 200,
    cause: { code: 'Z_DATA_ERROR' },
    message: expect.stringContaining('the answer does not match its Content-Encoding'),
  })
})
