import { Pool } from 'undici'
import { type Contender, IN_FLIGHT, inLanes, MODEL } from '../contender.js'

/** The least one can write by hand: undici and JSON.parse, no checks, no retries. */
export function open(url: string): Contender {
  const pool = new Pool(url, { connections: IN_FLIGHT })
  const embed = async (texts: readonly string[], input_type: string): Promise<number[][]> => {
    const { body } = await pool.request({
      method: 'POST',
      path: '/embed',
      headers: {
        'api-key': 'offline',
        'content-type': 'application/json',
        'x-pinecone-api-version': '2025-10',
      },
      body: JSON.stringify({
        model: MODEL,
        inputs: texts.map((text) => ({ text })),
        parameters: { input_type },
      }),
    })
    const { data } = JSON.parse(await body.text()) as { data: { values: number[] }[] }
    return data.map(({ values }) => values)
  }
  return {
    embedMany: (texts) => inLanes(texts, (batch) => embed(batch, 'passage')),
    embedQuery: async (text) => (await embed([text], 'query'))[0] ?? [],
  }
}
