import { expect, it } from 'vitest'
import { apiError, PineconeQuotaError } from './api-error.js'

const isOfTheMonth = (message: string) => {
  const answer = { status: 429, code: 'RESOURCE_EXHAUSTED', details: undefined }
  const error = apiError(message, { ...answer, requestId: undefined, retryAfterMs: undefined })
  return error instanceof PineconeQuotaError && error.quota === 'month'
}

it.each([
  "You've reached the embedding token limit (5000000) for model multilingual-e5-large for the current month across your organization.",
  "You've reached the rerank request limit (500) for model cohere-rerank-3.5 for the current month.",
  'monthly limit of rerank requests (500) for model bge-reranker-v2-m3.',
  'Monthly embedding token quota exceeded',
  'This month’s quota is used up',
  'You may embed 5,000,000 tokens per month on the Starter plan',
])('a 429 that names the month as the limit’s period is about the month’s quota: %s', (message) => {
  expect(isOfTheMonth(message)).toBe(true)
})

it.each([
  "Request failed. You've reached the max embedding tokens per minute (250000) model 'multilingual-e5-large' and input type 'passage' for the current project. To increase this limit, upgrade your plan.",
  "Request failed. You've reached the max inference requests per second (100) for the current project.",
  'limit of 250000 tokens per minute; see your monthly usage in the console',
  'limit of 250000 tokens per minute; your limit for the current month is 5000000',
  'Too many requests for project month-end@example.com',
  'Too many requests. Usage of the current month: https://app.pinecone.io/usage',
  'Too many requests; the monthly report has the details',
])('any other 429 is not: %s', (message) => {
  expect(isOfTheMonth(message)).toBe(false)
})
