import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lexer, type Token, walkTokens } from 'marked'
import { expect, it } from 'vitest'
import { readDocuments, root } from './documents.js'

const read = (path: string) => lexer(readFileSync(join(root, path), 'utf8'))

function linksIn(path: string): string[] {
  const links: string[] = []
  walkTokens(read(path), (token: Token) => {
    if (token.type === 'link' || token.type === 'image') links.push(token.href)
  })
  return links.filter((href) => !/^[a-z]+:/.test(href))
}

/** As GitHub names them. */
function anchorsIn(path: string): string[] {
  return read(path).flatMap((token) =>
    token.type === 'heading'
      ? [
          token.text
            .toLowerCase()
            .replace(/[^\p{L}\p{N} _-]/gu, '')
            .replaceAll(' ', '-'),
        ]
      : [],
  )
}

it.each(readDocuments())('the links in $path lead somewhere', ({ path }) => {
  for (const href of linksIn(path)) {
    const [file = '', anchor] = href.split('#')
    const target = file === '' ? path : join(dirname(path), file)
    expect(existsSync(join(root, target)), href).toBe(true)
    if (anchor) expect(anchorsIn(target), href).toContain(anchor)
  }
})
