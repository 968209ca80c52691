import { MarkdownNodeParser, SentenceSplitter } from 'llamaindex'

/** Cuts Markdown at its headings, then at sentences: passages of up to 256 tokens. */
export function passageParsers() {
  return [new MarkdownNodeParser(), new SentenceSplitter({ chunkSize: 256, chunkOverlap: 20 })]
}
