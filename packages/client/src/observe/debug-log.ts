/**
 * Writes a line to the standard error where `NODE_DEBUG` names `pinecone-inference` (`util.debuglog` of Node.js, as for
 * its own parts: `NODE_DEBUG=pinecone-inference,undici`). Never a text that is sent, and never the words of an answer.
 */
export const debug: { readonly enabled: boolean; log(line: string): void } = debugLog()

function debugLog() {
  try {
    const log = globalThis.process?.getBuiltinModule?.('node:util')?.debuglog('pinecone-inference')
    if (log) return { enabled: log.enabled, log: (line: string) => log('%s', line) }
  } catch {
    // Next.js throws for it in its edge runtime, Deno where --allow-env leaves NODE_DEBUG out
  }
  return { enabled: false, log() {} }
}
