import { describe, expect, it } from 'vitest'
import { PineconeConfigurationError, refusedInput } from './configuration-error.js'
import { PineconeInferenceError } from './inference-error.js'
import { atPositions } from './positions.js'

// Of the caller's seven items, numbers 2, 4 and 5 were passed on.
const positions = [2, 4, 5]

const failed = (more: Partial<PineconeInferenceError>) =>
  Object.assign(new PineconeInferenceError('failed'), more)

describe('an error with its caller’s positions', () => {
  it('covers the items that failed, and those between them', () => {
    expect(atPositions(failed({ inputRange: [0, 2] }), { positions })).toMatchObject({ inputRange: [2, 5] })
    expect(atPositions(failed({ inputRange: [2, 3] }), { positions })).toMatchObject({ inputRange: [5, 6] })
  })

  it('covers the same items if they were reordered', () => {
    const error = atPositions(failed({ inputRange: [0, 2] }), { positions: [5, 2, 4] })
    expect(error).toMatchObject({ inputRange: [2, 6] })
  })

  it('has finished items at their own positions', () => {
    const ranking = {
      data: [
        { index: 2, score: 1 },
        { index: 0, score: 0.5 },
      ],
      usage: { rerankUnits: 1 },
    }
    expect(atPositions(failed({ partial: ranking }), { positions })).toMatchObject({
      partial: {
        data: [
          { index: 5, score: 1 },
          { index: 2, score: 0.5 },
        ],
        usage: { rerankUnits: 1 },
      },
    })
  })

  it('names the item as the caller does', () => {
    const error = refusedInput('documents[1].text', 'is a number', 1)
    expect(atPositions(error, { positions })).toMatchObject({
      argument: 'documents[4].text',
      message: 'documents[4].text is a number',
      inputRange: [4, 5],
      verdict: 'input',
    })
    const query = refusedInput('inputs[0]', 'is an empty string', 0)
    expect(atPositions(query, { positions: [0], argument: () => 'query' })).toMatchObject({
      argument: 'query',
      message: 'query is an empty string',
    })
  })

  it('is unchanged if it is about no item', () => {
    const error = new PineconeConfigurationError('topN', 'is 0')
    expect(atPositions(error, { positions })).toBe(error)
  })

  it('is unchanged if it is someone else’s', () => {
    const reason = failed({ inputRange: [0, 1] })
    expect(atPositions(reason, { positions, signal: AbortSignal.abort(reason) })).toBe(reason)
    expect(reason.inputRange).toEqual([0, 1])
    const other = new Error('mine')
    expect(atPositions(other, { positions })).toBe(other)
  })
})
