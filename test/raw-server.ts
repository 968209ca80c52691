import { createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What the server does with one request; `body` is the request's. */
export type Behaviour = (socket: Socket, body: string) => void

/**
 * A server that speaks no HTTP of its own: each request, from the first, meets the behaviour of its number, the
 * last one also all that follow.
 */
export async function rawServer(...behaviours: Behaviour[]) {
  const sockets = new Set<Socket>()
  const received: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      for (let request = takeRequest(); request !== undefined; request = takeRequest()) {
        const behave = behaviours[Math.min(received.length, behaviours.length - 1)]
        received.push(request)
        behave?.(socket, request)
      }
    })
    const takeRequest = () => {
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return undefined
      const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0)
      if (Buffer.byteLength(text.slice(end + 4)) < length) return undefined
      const body = Buffer.from(text.slice(end + 4))
        .subarray(0, length)
        .toString()
      text = text.slice(end + 4 + body.length)
      return body
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${port}`, received, sockets }
}

/** The vector of a text, as long as those of `multilingual-e5-large`: its length, its first character's code, zeros. */
export function vectorOf(text: string): number[] {
  return [text.length, text.charCodeAt(0) / 256, ...new Array<number>(1022).fill(0)]
}

/** The right answer's JSON. */
export function rightJson(body: string): string {
  const { model, inputs } = JSON.parse(body) as { model: string; inputs: { text: string }[] }
  return JSON.stringify({
    model,
    vector_type: 'dense',
    data: inputs.map(({ text }) => ({ vector_type: 'dense', values: vectorOf(text) })),
    usage: { total_tokens: inputs.length },
  })
}

export function head(length: number | undefined, extra = '', status = '200 OK'): string {
  const size = length === undefined ? '' : `content-length: ${length}\r\n`
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n${size}${extra}\r\n`
}

/** Answers rightly. */
export const right: Behaviour = (socket, body) => {
  const json = rightJson(body)
  socket.write(head(Buffer.byteLength(json)) + json)
}

export const reset: Behaviour = (socket) => socket.resetAndDestroy()

export const silent: Behaviour = () => {}

/** Writes what is made of the right answer's JSON, then closes. */
export const thenClose =
  (write: (json: string) => string): Behaviour =>
  (socket, body) =>
    socket.end(write(rightJson(body)))

/** Writes what is made of the right answer's JSON, then says no more. */
export const thenSilence =
  (write: (json: string) => string): Behaviour =>
  (socket, body) =>
    void socket.write(write(rightJson(body)))
