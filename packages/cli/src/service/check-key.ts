import { PineconeConfigurationError } from '@pinecone-inference/client'

/** Refuses to begin without a key, in the words of the command line. */
export function checkKey(offline: boolean): void {
  if (offline) return
  const key = process.env.PINECONE_API_KEY
  // A header takes no control characters; a file that was read into the variable ends with a line feed.
  if (key && /\p{Cc}/u.test(key)) {
    throw new PineconeConfigurationError(
      'PINECONE_API_KEY',
      'has a line feed or another control character in it; set it without',
    )
  }
  if (key) return
  throw new PineconeConfigurationError(
    'PINECONE_API_KEY',
    'is not set; https://app.pinecone.io makes a key, --offline needs none',
  )
}
