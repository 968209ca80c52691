import { expect, it } from 'vitest'
import type { Lane } from './call.js'
import { Call } from './call.js'
import { WaitingLine } from './waiting-line.js'

function waiter(name: string, lane: Lane, urgent = false) {
  const call = new Call({ timeout: 1 })
  call.lane = lane
  return { name, call, urgent }
}

function order(line: WaitingLine<ReturnType<typeof waiter>>): string[] {
  const names: string[] = []
  for (let next = line.next(); next; next = line.next()) names.push(next.name)
  return names
}

it('serves single requests first, each kind in the order they came', () => {
  const line = new WaitingLine<ReturnType<typeof waiter>>()
  for (const name of ['b1', 'b2']) line.add(waiter(name, 'bulk'))
  for (const name of ['s1', 's2']) line.add(waiter(name, 'single'))
  expect(order(line)).toEqual(['s1', 's2', 'b1', 'b2'])
})

it('lets a batch through after four single requests in a row, so that a busy site starves no job', () => {
  const line = new WaitingLine<ReturnType<typeof waiter>>()
  for (const name of ['b1', 'b2']) line.add(waiter(name, 'bulk'))
  for (let i = 1; i <= 9; i++) line.add(waiter(`s${i}`, 'single'))
  expect(order(line)).toEqual(['s1', 's2', 's3', 's4', 'b1', 's5', 's6', 's7', 's8', 'b2', 's9'])
})

it('forgets who left', () => {
  const line = new WaitingLine<ReturnType<typeof waiter>>()
  const leaving = waiter('gone', 'single')
  line.add(leaving)
  line.add(waiter('stays', 'single'))
  line.remove(leaving)
  expect(order(line)).toEqual(['stays'])
})

it('serves first whoever was refused before', () => {
  const line = new WaitingLine<ReturnType<typeof waiter>>()
  line.add(waiter('single', 'single'))
  line.add(waiter('again', 'bulk', true))
  expect(order(line)).toEqual(['again', 'single'])
})
