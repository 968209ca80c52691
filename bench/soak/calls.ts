import { type PineconeInference, PineconeInferenceError } from '@pinecone-inference/client'
import { between } from '../texts/random.js'
import { denseModel, dimension, type Reference, rerankModel, sparseModel } from './reference.js'
import type { Tally } from './tally.js'

export interface Stage {
  readonly client: PineconeInference
  readonly reference: Reference
  readonly tally: Tally
  readonly random: () => number
  /** One signal for all calls of the soak, as a service has one for its shutdown. */
  readonly signal: AbortSignal
}

type SoakCall = (stage: Stage) => Promise<void>

/** Each makes one call with texts drawn at random and checks all that comes back. */
export const calls: Readonly<Record<string, SoakCall>> = {
  async embed({ client, reference, tally, random, signal }) {
    const { from, to } = range(reference, random, 1, 8)
    const { data } = await client.embed(dense(reference, from, to), { signal })
    const counts = tally.of('embed')
    counts.missing += Math.max(0, to - from - data.length)
    for (const [i, embedding] of data.entries()) {
      counts.results++
      if (!reference.isDense(from + i, embedding)) counts.wrong++
    }
  },

  async embedAll({ client, reference, tally, random, signal }) {
    const { from, to } = range(reference, random, 100, 600)
    const { data, failures } = await client.embedAll(dense(reference, from, to), {
      signal,
      batchSize: 48,
      onError: 'collect',
    })
    const counts = tally.of('embedAll')
    const named = new Set(failures.flatMap(({ inputRange: [start, end] }) => indices(start, end)))
    for (const { error } of failures) tally.failed('embedAll', error)
    for (const i of indices(0, to - from)) {
      const embedding = data[i]
      if (named.has(i)) continue
      if (!embedding) counts.missing++
      else counts.results++
      if (embedding && !reference.isDense(from + i, embedding)) counts.wrong++
    }
  },

  async embedStream({ client, reference, tally, random, signal }) {
    const { from, to } = range(reference, random, 100, 600)
    // Every fourth stream is left before its end.
    const leaveAt = random() < 0.25 ? from + between(random, 1, to - from) : to
    const counts = tally.of('embedStream')
    const stream = client.embedStream(
      {
        model: sparseModel,
        inputs: reference.texts.slice(from, to),
        parameters: { inputType: 'passage' },
      },
      { signal, batchSize: 48 },
    )
    let next = from
    try {
      for await (const { index, embedding } of stream) {
        counts.results++
        if (from + index !== next || !reference.isSparse(next, embedding)) counts.wrong++
        next++
        if (next === leaveAt) break
      }
    } catch (error) {
      // All before the failed inputs has been yielded.
      const failedAt = error instanceof PineconeInferenceError ? error.inputRange?.[0] : undefined
      counts.missing += Math.max(0, from + (failedAt ?? 0) - next)
      throw error
    }
    counts.missing += leaveAt - next
  },

  async rerankAll({ client, reference, tally, random, signal }) {
    const { from, to } = range(reference, random, 50, 400)
    const query = between(random, 0, reference.queries.length - 1)
    const topN = between(random, 1, 50)
    const { data } = await client.rerankAll(
      {
        model: rerankModel,
        query: reference.queries[query] ?? '',
        documents: reference.texts.slice(from, to),
        topN,
      },
      { signal },
    )
    const counts = tally.of('rerankAll')
    counts.results++
    if (!reference.isRanking(query, { from, to, topN }, data)) counts.wrong++
  },

  async 'embedAll, aborted'({ client, reference, random, signal }) {
    const { from, to } = range(reference, random, 300, 600)
    const soon = AbortSignal.timeout(between(random, 1, 400))
    await client.embedAll(dense(reference, from, to), { signal: AbortSignal.any([signal, soon]) })
  },
}

function dense({ texts }: Reference, from: number, to: number) {
  return {
    model: denseModel,
    inputs: texts.slice(from, to),
    parameters: { inputType: 'passage', dimension },
  }
}

function range({ texts }: Reference, random: () => number, least: number, most: number) {
  const count = between(random, least, most)
  const from = between(random, 0, texts.length - count)
  return { from, to: from + count }
}

function indices(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i)
}
