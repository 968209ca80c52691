import type { Malformation } from './fault.js'

/** The body with the fault built in. Bodies that the malformation does not fit are unchanged. */
export function malform(body: Buffer, as: Malformation): Buffer {
  switch (as) {
    case 'empty':
      return Buffer.alloc(0)
    case 'not-json':
      return Buffer.from('<html><body><h1>502 Bad Gateway</h1></body></html>')
    case 'wrong-shape':
      return Buffer.from('{"ok":true}')
    case 'wrong-count':
      return edit(body, (data) => data.pop())
    case 'wrong-dimension':
      return edit(body, (data) => numbers(data.at(-1))?.pop())
    case 'wrong-type':
      return edit(body, (data) => setNumber(data.at(-1), 'NaN'))
    case 'non-finite':
      // JSON has no infinity, but JSON.parse turns a number that overflows into one.
      return Buffer.from(
        edit(body, (data) => setNumber(data.at(-1), marker))
          .toString()
          .replace(`"${marker}"`, '1e999'),
      )
  }
}

const marker = '@@non-finite@@'

type Item = Record<string, unknown>

function edit(body: Buffer, change: (data: Item[]) => void): Buffer {
  const answer = JSON.parse(body.toString()) as { data?: Item[] }
  if (Array.isArray(answer.data)) change(answer.data)
  return Buffer.from(JSON.stringify(answer))
}

function numbers(item: Item | undefined): unknown[] | undefined {
  const found = item?.values ?? item?.sparse_values
  return Array.isArray(found) ? found : undefined
}

function setNumber(item: Item | undefined, value: string): void {
  const list = numbers(item)
  if (list) list[0] = value
  else if (item) item.score = value
}
