/** @jest-environment jsdom */
import { PineconeInference } from '@pinecone-inference/client'

/* global expect, test */
test('the client is imported, and a request says what is missing', async () => {
  const client = new PineconeInference()
  await expect(client.listModels()).rejects.toThrow('fetch is required')
})
