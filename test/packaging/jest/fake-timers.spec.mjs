import { PineconeInference } from '@pinecone-inference/client'

/* global afterEach, expect, test */
const { jest } = import.meta
const request = { model: 'multilingual-e5-large', inputs: ['a'], parameters: { inputType: 'passage' } }
const realTurn = setImmediate

afterEach(() => jest.useRealTimers())

test('calls one after the other, under fake timers and after them', async () => {
  const client = new PineconeInference()
  await client.embed(request)
  jest.useFakeTimers()
  for (let count = 0; count < 3; count++) await client.embed(request)
  jest.useRealTimers()
  await client.embed(request)
  await client.close()
})

test('a retry waits for the fake clock', async () => {
  const client = new PineconeInference({ baseUrl: 'http://127.0.0.1:1', maxRetries: 2 })
  jest.useFakeTimers()
  let failure
  client.listModels().catch((error) => {
    failure = error
  })
  while (!failure) {
    await jest.advanceTimersByTimeAsync(1000)
    await new Promise((resolve) => realTurn(resolve))
  }
  expect(failure).toMatchObject({ name: 'PineconeConnectionError', attempts: 3 })
})
