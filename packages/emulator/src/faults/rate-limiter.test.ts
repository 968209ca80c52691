import { describe, expect, it } from 'vitest'
import { type Plan, planLimits } from '../../../../spec/rate-limits.js'
import { RateLimiter, type Spending } from './rate-limiter.js'

/** Limits and words: https://docs.pinecone.io/reference/api/database-limits/rate-limits, read on 2026-11-28. */

const plans = Object.keys(planLimits) as Plan[]
const tokens = (model: string, inputType: string, amount: number): Spending => ({
  model,
  inputType,
  tokens: amount,
})
const rerank = (model: string): Spending => ({ model, tokens: 0, rerankUnits: 1 })

/** What a limiter answers to a request at a second: what it says, or `ok`. */
function answering(limit: ConstructorParameters<typeof RateLimiter>[0]) {
  const limiter = new RateLimiter(limit)
  return (spending: Spending, second = 0) => {
    try {
      limiter.spend(spending, second * 1000)
      return 'ok'
    } catch (error) {
      return error instanceof Error ? error.message : error
    }
  }
}

describe.each(plans)('the plan %s', (plan) => {
  const { models, requestsPerMinute } = planLimits[plan]

  it('gives each model and input type its own tokens a minute', () => {
    for (const [model, limits] of Object.entries(models)) {
      if (limits.unavailable || !limits.tokensPerMinute) continue
      const { tokensPerMinute } = limits
      const ask = answering({ plan })
      for (const inputType of ['passage', 'query'] as const) {
        const limit = tokensPerMinute[inputType]
        expect(ask(tokens(model, inputType, limit))).toBe('ok')
        expect(ask(tokens(model, inputType, 1))).toBe(
          `Request failed. You've reached the max tokens per minute (${limit}) for model '${model}' and input_type '${inputType}' for the current project. To increase this limit, upgrade your plan.`,
        )
        expect(ask(tokens(model, inputType, limit / 2), 30)).toBe('ok')
      }
    }
  })

  it('gives each reranker its requests a minute and a month, or none at all', () => {
    for (const [model, limits] of Object.entries(models)) {
      const ask = answering({ plan })
      if (limits.unavailable) {
        expect(ask(rerank(model))).toBe(`Project is not authorized to use model ${model}`)
      } else if (limits.requestsPerMinute) {
        const taken = (from: number) =>
          Array.from({ length: 400 }, (_, i) => ask(rerank(model), from + Math.floor(i / 100))).filter(
            (answer) => answer === 'ok',
          ).length
        let month = 0
        for (let minute = 0; minute < 30; minute++) month += taken(minute * 60)
        expect(month <= (limits.requestsPerMonth ?? Number.POSITIVE_INFINITY)).toBe(true)
        if (limits.requestsPerMonth) {
          expect(month).toBe(limits.requestsPerMonth)
          expect(ask(rerank(model), 1e6)).toContain('for the current month')
        }
      }
    }
  })

  it('gives a project 100 requests a second and 2,000 a minute', () => {
    const ask = answering({ plan })
    const model = 'some-model-without-a-row'
    const answers = Array.from({ length: 101 }, () => ask(tokens(model, 'query', 1)))
    expect(answers.indexOf(answers.at(-1) ?? '')).toBe(100)
    expect(answers.at(-1)).toBe(
      "Request failed. You've reached the max inference requests per second (100) for the current project.",
    )
    let taken = 100
    for (let second = 1; second < 30; second++) {
      for (let i = 0; i < 100; i++) if (ask(tokens(model, 'query', 1), second) === 'ok') taken++
    }
    expect(taken).toBeGreaterThanOrEqual(requestsPerMinute)
    expect(taken).toBeLessThan(requestsPerMinute * 1.6)
    expect(ask(tokens(model, 'query', 1), 29)).toContain('max inference requests per minute (2000)')
  })
})

it('a request that one budget refuses takes nothing from the others', () => {
  const ask = answering({ tokensPerMinute: 10, requestsPerMinute: 2 })
  expect(ask(tokens('m', 'query', 10))).toBe('ok')
  expect(ask(tokens('m', 'query', 1))).toContain('max tokens per minute (10)')
  expect(ask(tokens('m', 'passage', 1))).toBe('ok')
  expect(ask(tokens('m', 'passage', 1))).toContain('max requests per minute (2)')
})
