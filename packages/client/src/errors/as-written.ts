/** Maximum characters of a value that a message quotes. */
const LONGEST_VALUE = 100
/** Maximum characters of a message. */
const LONGEST_MESSAGE = 2_000

/** A value as code would write it, so that the string `"8"` is not taken for the number 8. */
export function asWritten(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value, LONGEST_VALUE))
  if (typeof value === 'object' && value !== null) return kindOf(value)
  return shortened(typeof value === 'bigint' ? `${value}n` : String(value), LONGEST_VALUE)
}

/** The kind of a value, for a sentence: `a string`, `an object`, `the number 3`. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return `the number ${value}`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** `1 input`, `2 inputs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/**
 * Foreign text as one line of a message: of limited length, and without characters that could control a terminal, forge
 * a line in a log, or reverse the reading order.
 */
export function asOneLine(text: string, longest = LONGEST_MESSAGE): string {
  return shortened(
    shortened(text, 2 * longest)
      .replace(/[\s\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')
      .trim(),
    longest,
  )
}

/** Maximum characters that a message quotes of a body that is not the contract's. */
const LONGEST_EXCERPT = 200

/** What a foreign answer says: the title of an HTML page, or else the text. */
export function excerptOf(body: string): string {
  if (!/^\s*<(!doctype|html)/i.test(body)) return asOneLine(body, LONGEST_EXCERPT)
  const page = body.slice(0, 100_000)
  const title = /<title[^>]*>([^<]*)/i.exec(page)?.[1]?.trim()
  const text = title || page.replace(/<(script|style)\b[\s\S]*?<\/\1/gi, '').replace(/<[^>]*>/g, ' ')
  return asOneLine(text, LONGEST_EXCERPT)
}

function shortened(text: string, longest: number): string {
  // Does not cut a surrogate pair apart.
  return text.length > longest ? `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…` : text
}
