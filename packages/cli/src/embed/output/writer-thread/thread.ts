import { parentPort, workerData } from 'node:worker_threads'
import { openWriter, type RecordWriter } from '@pinecone-inference/files'
import { collectGarbage } from '../../collect-garbage.js'
import type { Answer, Request, WriterThreadData } from './messages.js'
import { unpack } from './packed-records.js'

const { path, options }: WriterThreadData = workerData

const opened = openWriter(path, options)
let last = answer(opened.then(() => undefined))
parentPort?.on('message', (request: Request) => {
  last = last.then(async () => answer(carryOut(await opened, request)))
})

async function carryOut(writer: RecordWriter, request: Request) {
  if (request.do === 'append') {
    for (const record of unpack(request.packed)) await writer.append(record)
    collectGarbage()
    return undefined
  }
  return (await writer[request.do]()) ?? undefined
}

async function answer(result: ReturnType<typeof carryOut>): Promise<void> {
  const message: Answer = await result.then(
    (checkpoint) => (checkpoint ? { checkpoint } : {}),
    ({ message, code, syscall }: NodeJS.ErrnoException) => ({
      failure: { message, ...(code && { code }), ...(syscall && { syscall }) },
    }),
  )
  parentPort?.postMessage(message)
}
