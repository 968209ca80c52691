import { isUtf8 } from 'node:buffer'
import { InputError } from '../../input-error.js'
import { LARGEST_RECORD } from '../bytes.js'
import { notUtf8, utf8 } from '../encoding.js'
import type { DocumentFormat } from '../input-format.js'

/** A part of a document that is split into passages by itself: a page, or all of it. */
export interface DocumentPart {
  readonly text: string
  readonly kind: 'markdown' | 'plain'
  /** The page of a PDF, counted from 1. */
  readonly page?: number
  /** Whether lines of the text are lines of the file. */
  readonly hasLines: boolean
}

/** The packages that read a format; users install those they need. */
const READERS: Partial<Record<DocumentFormat, readonly string[]>> = {
  html: ['turndown'],
  docx: ['mammoth', 'turndown'],
  pdf: ['unpdf'],
}

/** A document whose reader, an optional package, is not installed. */
export class ReaderMissing extends InputError {
  override name = 'InputError'
  readonly install: string

  constructor(source: string, format: DocumentFormat, cause: unknown) {
    const install = `npm install ${(READERS[format] ?? []).join(' ')}`
    super({ source }, `is ${format.toUpperCase()}, whose reader is not installed: ${install}`, cause)
    this.install = install
  }
}

/**
 * The text of a document, Markdown where it has headings.
 *
 * @throws ReaderMissing if the format's package is not installed
 */
export async function documentParts(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  format: DocumentFormat,
  encoding?: string,
): Promise<DocumentPart[]> {
  switch (format) {
    case 'markdown':
    case 'text': {
      const kind = format === 'markdown' ? 'markdown' : 'plain'
      return [{ text: await textOf(chunks, source, encoding), kind, hasLines: true }]
    }
    case 'notebook':
      return [{ text: notebookText(await textOf(chunks, source), source), kind: 'markdown', hasLines: false }]
    case 'html': {
      const html = await textOf(chunks, source, encoding)
      return [{ text: await markdownOf(html, source, format), kind: 'markdown', hasLines: false }]
    }
    case 'docx':
      return [{ text: await docxText(chunks, source), kind: 'markdown', hasLines: false }]
    case 'pdf':
      return pdfPages(chunks, source)
  }
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>, source: string): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > LARGEST_RECORD) {
      throw new InputError(
        { source },
        `has more than ${LARGEST_RECORD} bytes, the most that a document may have; split it`,
      )
    }
    pieces.push(chunk)
  }
  return Buffer.concat(pieces)
}

async function textOf(chunks: AsyncIterable<Uint8Array>, source: string, encoding?: string): Promise<string> {
  const bytes = await bytesOf(utf8(chunks, source, encoding), source)
  if (!isUtf8(bytes)) throw await notUtf8({ source }, bytes)
  return bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
}

interface Notebook {
  readonly cells: readonly { readonly cell_type: string; readonly source: string | readonly string[] }[]
  readonly metadata?: { readonly language_info?: { readonly name?: string } }
}

/** The cells of a notebook, without their output: https://nbformat.readthedocs.io, version 4. */
function notebookText(json: string, source: string): string {
  try {
    const { cells, metadata } = JSON.parse(json) as Notebook
    const language = metadata?.language_info?.name ?? ''
    return cells
      .map(({ cell_type, source }) => ({
        cell_type,
        text: typeof source === 'string' ? source : source.join(''),
      }))
      .filter(({ text }) => text.trim() !== '')
      .map(({ cell_type, text }) => (cell_type === 'code' ? `\`\`\`${language}\n${text}\n\`\`\`` : text))
      .join('\n\n')
  } catch (cause) {
    throw new InputError({ source }, 'is not a notebook of version 4, which is JSON with "cells"', cause)
  }
}

async function markdownOf(html: string, source: string, format: DocumentFormat): Promise<string> {
  const { default: Turndown } = await import('turndown').catch((cause: unknown) => {
    throw new ReaderMissing(source, format, cause)
  })
  const turndown = new Turndown({ headingStyle: 'atx', codeBlockStyle: 'fenced' })
  turndown.remove(['script', 'style', 'noscript', 'template', 'title'])
  // The target of a link is not worth embedding.
  turndown.addRule('links', { filter: 'a', replacement: (content) => content })
  turndown.addRule('images', { filter: 'img', replacement: () => '' })
  return turndown.turndown(html)
}

async function docxText(chunks: AsyncIterable<Uint8Array>, source: string): Promise<string> {
  const { default: mammoth } = await import('mammoth').catch((cause: unknown) => {
    throw new ReaderMissing(source, 'docx', cause)
  })
  const buffer = await bytesOf(chunks, source)
  const { value } = await mammoth.convertToHtml({ buffer }).catch((cause: unknown) => {
    throw unreadable(source, 'a Word document (.docx)', cause)
  })
  return markdownOf(value, source, 'docx')
}

async function pdfPages(chunks: AsyncIterable<Uint8Array>, source: string): Promise<DocumentPart[]> {
  const { extractText } = await import('unpdf').catch((cause: unknown) => {
    throw new ReaderMissing(source, 'pdf', cause)
  })
  const bytes = new Uint8Array(await bytesOf(chunks, source))
  const { text } = await extractText(bytes).catch((cause: unknown) => {
    throw unreadable(source, 'PDF', cause)
  })
  if (text.every((page) => page.trim() === '')) {
    throw new InputError({ source }, 'has no text in its pages; are they pictures, without text recognition?')
  }
  return text.map((page, i) => ({ text: page, kind: 'plain', page: i + 1, hasLines: false }))
}

function unreadable(source: string, kind: string, cause: unknown): InputError {
  const reason = cause instanceof Error ? cause.message : cause
  return new InputError({ source }, `cannot be read as ${kind}: ${reason}`, cause)
}
