import { PineconeConfigurationError } from '@pinecone-inference/client'

/** Refuses to begin without a key, in the words of the command line. */
export function checkKey(offline: boolean): void {
  if (offline || process.env.PINECONE_API_KEY) return
  throw new PineconeConfigurationError(
    'PINECONE_API_KEY',
    'is not set; https://app.pinecone.io makes a key, --offline needs none',
  )
}
