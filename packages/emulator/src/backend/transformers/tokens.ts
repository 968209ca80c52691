import type { Truncate } from '../../text/truncate.js'
import type { OnnxModel, Tokens } from './onnx-model.js'

/**
 * Removes `excess` tokens from the part of `tokens` that holds `part`, so that the special tokens around it stay: from
 * the part's end, or from its start after the first `kept`.
 */
export function cut(
  { ids, types }: Tokens,
  part: readonly number[],
  { excess, truncate, kept = 0 }: { excess: number; truncate: Truncate; kept?: number },
): Tokens {
  const start = lastOccurrence(ids, part)
  const from = truncate === 'START' ? start + kept : start + part.length - excess
  const without = (list: readonly number[]) => [...list.slice(0, from), ...list.slice(from + excess)]
  return { ids: without(ids), types: types && without(types) }
}

/** Where `part` last begins in `whole`; if it is not found, the end, as if it were the last part. */
function lastOccurrence(whole: readonly number[], part: readonly number[]): number {
  for (let start = whole.length - part.length; start >= 0; start--) {
    if (part.every((id, i) => whole[start + i] === id)) return start
  }
  return whole.length - part.length
}

/** Tokens of a text, without the special ones. */
export function bareTokens({ tokenizer }: OnnxModel, text: string): readonly number[] {
  return tokenizer.encode(text, { add_special_tokens: false })
}
