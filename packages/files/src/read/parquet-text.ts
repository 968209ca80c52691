const decoder = new TextDecoder('utf-8', { fatal: true })

/** Bytes that are no UTF-8 stay bytes, where hyparquet's own reading puts U+FFFD into a text. */
export function textOrBytes(bytes: Uint8Array | undefined): string | Uint8Array | undefined {
  try {
    return bytes && decoder.decode(bytes)
  } catch {
    return bytes
  }
}
