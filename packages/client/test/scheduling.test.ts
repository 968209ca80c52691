import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, it, onTestFinished } from 'vitest'
import { E5, embedAnswer, scriptedApi } from './scripted-api.js'

it('puts the next request on the wire before the end of the last answer is decoded', async () => {
  const api = await scriptedApi(embedAnswer)
  const events: string[] = []
  const listen = (channel: string, event: string) => {
    const listener = () => events.push(event)
    subscribe(channel, listener)
    onTestFinished(() => void unsubscribe(channel, listener))
  }
  const client = api.client({ maxConcurrency: 1 })
  // undici opens each connection once; from then on the requests follow each other
  await client.embedAll({ ...E5, inputs: Array.from({ length: 96 * 3 }, (_, i) => `text ${i}`) })

  listen('undici:client:sendHeaders', 'on the wire')
  listen('pinecone-inference:request:end', 'decoded')
  await client.embedAll({ ...E5, inputs: Array.from({ length: 96 * 3 }, (_, i) => `text ${i}`) })
  expect(events).toEqual(['on the wire', 'on the wire', 'decoded', 'on the wire', 'decoded', 'decoded'])
})
