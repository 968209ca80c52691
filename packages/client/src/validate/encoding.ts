import { PineconeConfigurationError } from '../errors/configuration-error.js'

export function checkEncoding(encoding: unknown): void {
  if (encoding === undefined || encoding === 'number' || encoding === 'float32') return
  throw new PineconeConfigurationError('encoding', `is ${JSON.stringify(encoding)}`, ['number', 'float32'])
}
