import { PineconeInferenceError } from '@pinecone-inference/client'
import { expect, it } from 'vitest'
import { RefusedAlike } from './refused-alike.js'

const record = { id: 'a', text: '' }
const empty = { record, failure: new Error('the text is empty') }
const refused = (reason: string) => ({ record, failure: new PineconeInferenceError(reason) })

it('holds nothing that has no text, but behind what is refused, in order', () => {
  const refusedAlike = new RefusedAlike()
  expect(refusedAlike.add(empty)).toEqual([empty])
  const [one, other] = [refused('too long'), refused('no words')]
  expect(refusedAlike.add(one)).toEqual([])
  expect(refusedAlike.add(empty)).toEqual([])
  expect(refusedAlike.add(other)).toEqual([one, empty, other])
  expect(refusedAlike.release()).toEqual([])
})

it('holds many in a time that grows with their number', () => {
  const refusedAlike = new RefusedAlike()
  refusedAlike.add(refused('too long'))
  for (let i = 0; i < 200_000; i++) refusedAlike.add(empty)
  expect(refusedAlike.release()).toHaveLength(200_001)
})

it('throws at the thousandth refused for one reason', () => {
  const refusedAlike = new RefusedAlike()
  for (let i = 1; i < 1_000; i++) refusedAlike.add(refused('no'))
  expect(() => refusedAlike.add(refused('no'))).toThrow(
    'the first 1,000 records are refused, all for one reason: no',
  )
})
