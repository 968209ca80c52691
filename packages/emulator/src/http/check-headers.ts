import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from './api-error.js'

/** The inference API's first dated version. */
const oldestVersion = '2024-07'
const versionForm = /^\d{4}-(01|04|07|10)$/

/** Any key that is not blank, or exactly the one the emulator was started with. */
export function checkApiKey(headers: IncomingHttpHeaders, apiKey: string | undefined): void {
  const given = headers['api-key']
  if (typeof given !== 'string' || given.trim() === '') {
    throw new ApiError(401, 'UNAUTHENTICATED', "Missing API key: send it in the header 'Api-Key'")
  }
  if (apiKey !== undefined && given !== apiKey) {
    throw new ApiError(401, 'UNAUTHENTICATED', 'Invalid API key')
  }
}

/** The contract makes the header a must; other dated versions are taken, since other SDKs send them. */
export function checkApiVersion(headers: IncomingHttpHeaders): void {
  const version = headers['x-pinecone-api-version']
  if (typeof version !== 'string' || version === '') {
    throw ApiError.invalid("Missing header 'X-Pinecone-Api-Version'; this server speaks 2025-10")
  }
  if (!versionForm.test(version) || version < oldestVersion) {
    throw ApiError.invalid(
      `Header 'X-Pinecone-Api-Version' is '${version}'; this server speaks 2025-10 and takes dated versions from ${oldestVersion}`,
    )
  }
}

export function checkContentType(headers: IncomingHttpHeaders): void {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw ApiError.invalid(
      `Header 'Content-Type' is ${type ? `'${type}'` : 'missing'}; allowed: application/json`,
    )
  }
}
