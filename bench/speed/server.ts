import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import { Answers, type Digits } from './answers.js'
import { type Latency, latencyOf } from './latency.js'

/** What the bench asks of its server, before each contender. */
export interface Orders {
  readonly dimension: number
  readonly digits: Digits
  readonly latency: Latency
}

const answers = new Map<string, Answers>()
let orders: Orders = { dimension: 1024, digits: 'fewest', latency: { milliseconds: 0, skewed: false } }
let calls = 0

function count(text: string, part: string): number {
  return text.split(part).length - 1
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', async () => {
    // A call counts from the first after the warm-up.
    if (request.url === '/measure') {
      calls = 0
      response.end()
      return
    }
    const milliseconds = latencyOf(calls++, orders.latency)
    const { dimension, digits } = orders
    const made = answers.get(`${dimension} ${digits}`) ?? new Answers(dimension, digits)
    answers.set(`${dimension} ${digits}`, made)
    const body = made.of(count(Buffer.concat(chunks).toString('latin1'), '"text":'))
    if (milliseconds > 0) await after(milliseconds)
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.on('message', (next: Orders) => {
  orders = next
  process.send?.('ready')
})
process.on('disconnect', () => process.exit())
