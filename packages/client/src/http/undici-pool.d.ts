/**
 * Undici's pool alone (`imports` in package.json). Undici's index would load all of undici, three times as much, and
 * install an agent of its own under Node's `fetch` (undici, lib/global.js).
 */
declare module '#undici' {
  export { Pool as default } from 'undici'
}
