import { createHash } from 'node:crypto'
import html from './page.html?raw'
import script from './page.js?raw'

/** The whole page in one file. */
export const page = html.replace('/* page.js */', () => script)

const [, style = ''] = /<style>(.*)<\/style>/s.exec(html) ?? []

/** Allows only what the page contains, and requests to its own server. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `script-src '${hashOf(script)}'`,
  `style-src '${hashOf(style)}'`,
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
