/** A fresh process: imports the emulator, starts it, asks it once, and tells how long that took. */
const start = performance.now()
const { startEmulator } = await import('@pinecone-inference/emulator')
const imported = performance.now()
const emulator = await startEmulator()
const response = await fetch(`${emulator.url}/embed`, {
  method: 'POST',
  headers: {
    'Api-Key': 'offline',
    'Content-Type': 'application/json',
    'X-Pinecone-Api-Version': '2025-10',
  },
  body: JSON.stringify({
    model: 'multilingual-e5-large',
    inputs: [{ text: 'a first text' }],
    parameters: { input_type: 'passage' },
  }),
})
await response.arrayBuffer()
const answered = performance.now()
process.send?.({ status: response.status, importMs: imported - start, totalMs: answered - start })
await emulator.close()
